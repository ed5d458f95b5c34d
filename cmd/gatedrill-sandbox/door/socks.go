package door

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"net/netip"
	"strconv"

	"github.com/gatedrill/gatedrill/labs/cluster/refusal"
)

// RFC 1928.
const (
	socksVersion    = 5
	socksNoAuth     = 0
	socksNoMethod   = 0xff
	socksConnect    = 1
	socksIPv4       = 1
	socksName       = 3
	socksIPv6       = 4
	socksOK         = 0
	socksFailure    = 1
	socksNetwork    = 3 // network unreachable
	socksHost       = 4 // host unreachable: also a name that does not exist
	socksRefused    = 5
	socksTTL        = 6 // TTL expired: here, a timeout
	socksBadCommand = 7
)

// readSOCKS takes a client's greeting and request, answering the greeting on
// out, and returns "host:port".
func readSOCKS(in *bufio.Reader, out io.Writer) (target string, err error) {
	greeting := make([]byte, 2)
	if _, err := io.ReadFull(in, greeting); err != nil {
		return "", fmt.Errorf("SOCKS greeting: %w", err)
	}
	methods := make([]byte, greeting[1])
	if _, err := io.ReadFull(in, methods); err != nil {
		return "", fmt.Errorf("SOCKS greeting: %w", err)
	}
	method := byte(socksNoMethod)
	for _, m := range methods {
		if m == socksNoAuth {
			method = socksNoAuth
		}
	}
	if _, err := out.Write([]byte{socksVersion, method}); err != nil {
		return "", err
	}
	if method == socksNoMethod {
		return "", fmt.Errorf("SOCKS client insists on authentication")
	}
	request := make([]byte, 4)
	if _, err := io.ReadFull(in, request); err != nil {
		return "", fmt.Errorf("SOCKS request: %w", err)
	}
	if request[0] != socksVersion || request[1] != socksConnect {
		_, _ = out.Write(socksAnswer(socksBadCommand)) // the error below is what counts
		return "", fmt.Errorf("SOCKS request version %d command %d is not served, only CONNECT", request[0], request[1])
	}
	return readTarget(in, request[3])
}

func readTarget(in *bufio.Reader, kind byte) (string, error) {
	size := map[byte]int{socksIPv4: 4, socksIPv6: 16}[kind]
	if kind == socksName {
		n, err := in.ReadByte()
		if err != nil {
			return "", fmt.Errorf("SOCKS address: %w", err)
		}
		size = int(n)
	}
	if size == 0 {
		return "", fmt.Errorf("SOCKS address of kind %d", kind)
	}
	rest := make([]byte, size+2)
	if _, err := io.ReadFull(in, rest); err != nil {
		return "", fmt.Errorf("SOCKS address: %w", err)
	}
	host := string(rest[:size])
	if kind != socksName {
		a, _ := netip.AddrFromSlice(rest[:size])
		host = a.String()
	}
	return net.JoinHostPort(host, strconv.Itoa(int(binary.BigEndian.Uint16(rest[size:])))), nil
}

// socksReply is the answer to a request; err is nil when it is connected.
func socksReply(err error) []byte {
	if err == nil {
		return socksAnswer(socksOK)
	}
	switch refusal.Reason(err) {
	case refusal.Refused:
		return socksAnswer(socksRefused)
	case refusal.NoSuchHost:
		return socksAnswer(socksHost)
	case refusal.Unreachable:
		return socksAnswer(socksNetwork)
	case refusal.Timeout:
		return socksAnswer(socksTTL)
	default:
		return socksAnswer(socksFailure)
	}
}

// socksAnswer says nothing of the address it is connected from.
func socksAnswer(code byte) []byte {
	return []byte{socksVersion, code, 0, socksIPv4, 0, 0, 0, 0, 0, 0}
}
