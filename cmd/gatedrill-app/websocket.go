package main

import (
	"bufio"
	"crypto/sha1"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
)

// WebSocket opcodes, RFC 6455 section 5.2.
const (
	opClose = 0x8
	opPing  = 0x9
	opPong  = 0xA
)

func isWebSocket(r *http.Request) bool {
	return r.ProtoMajor == 1 && strings.EqualFold(r.Header.Get("Upgrade"), "websocket")
}

// acceptKey answers the handshake's key, RFC 6455 section 4.2.2.
func acceptKey(key string) string {
	sum := sha1.Sum([]byte(key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"))
	return base64.StdEncoding.EncodeToString(sum[:])
}

// echoWebSocket sends every frame back until the client closes.
func echoWebSocket(w http.ResponseWriter, r *http.Request) {
	key := r.Header.Get("Sec-WebSocket-Key")
	h, ok := w.(http.Hijacker)
	if key == "" || !ok {
		http.Error(w, "not a WebSocket handshake", http.StatusBadRequest)
		return
	}
	conn, rw, err := h.Hijack()
	if err != nil {
		http.Error(w, "cannot upgrade", http.StatusInternalServerError)
		return
	}
	defer conn.Close()
	fmt.Fprintf(rw, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"+
		"Connection: Upgrade\r\nSec-WebSocket-Accept: %s\r\n\r\n", acceptKey(key))
	for rw.Flush() == nil {
		f, err := readFrame(rw.Reader)
		if err != nil || f.op == opPong {
			return
		}
		if f.op == opPing {
			f.op = opPong
		}
		writeFrame(rw.Writer, f)
		if f.op == opClose {
			// The peer has said goodbye; the flush is all that is left to do.
			_ = rw.Flush()
			return
		}
	}
}

// frame is one WebSocket frame, unmasked.
type frame struct {
	fin     bool
	op      byte
	payload []byte
}

func readFrame(r *bufio.Reader) (frame, error) {
	var head [2]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		return frame{}, err
	}
	if head[1]&0x80 == 0 {
		return frame{}, errors.New("client frame without mask")
	}
	size := uint64(head[1] & 0x7f)
	if wide := map[uint64]int{126: 2, 127: 8}[size]; wide > 0 {
		var long [8]byte
		if _, err := io.ReadFull(r, long[8-wide:]); err != nil {
			return frame{}, err
		}
		size = binary.BigEndian.Uint64(long[:])
	}
	if size > maxMessage {
		return frame{}, fmt.Errorf("frame of %d bytes", size)
	}
	body := make([]byte, 4+size)
	if _, err := io.ReadFull(r, body); err != nil {
		return frame{}, err
	}
	mask, payload := body[:4], body[4:]
	for i := range payload {
		payload[i] ^= mask[i%4]
	}
	return frame{fin: head[0]&0x80 != 0, op: head[0] & 0xf, payload: payload}, nil
}

// writeFrame buffers a server frame; errors show at the next flush.
func writeFrame(w *bufio.Writer, f frame) {
	first := f.op
	if f.fin {
		first |= 0x80
	}
	head := []byte{first}
	switch n := len(f.payload); {
	case n < 126:
		head = append(head, byte(n))
	case n <= 0xffff:
		head = binary.BigEndian.AppendUint16(append(head, 126), uint16(n))
	default:
		head = binary.BigEndian.AppendUint64(append(head, 127), uint64(n))
	}
	// bufio keeps the first error and returns it from Flush.
	_, _ = w.Write(head)
	_, _ = w.Write(f.payload)
}
