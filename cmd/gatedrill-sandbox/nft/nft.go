// Package nft has the nftables expressions that the node's rules are made of,
// as small functions that read like the nft command's words. Pure netlink: the
// host needs no nft program.
package nft

import (
	"encoding/binary"
	"net/netip"
	"slices"

	"github.com/google/nftables"
	"github.com/google/nftables/expr"
	"golang.org/x/sys/unix"
)

// Fresh starts a transaction in which the IPv4 table of that name is empty.
func Fresh(name string) (*nftables.Conn, *nftables.Table, error) {
	c, err := nftables.New()
	if err != nil {
		return nil, nil, err
	}
	t := Drop(c, name)
	c.AddTable(t)
	return c, t, nil
}

// Drop deletes the IPv4 table of that name, which need not be there, in the
// transaction of c.
func Drop(c *nftables.Conn, name string) *nftables.Table {
	t := &nftables.Table{Name: name, Family: nftables.TableFamilyIPv4}
	c.AddTable(t) // so that deleting it cannot fail
	c.DelTable(t)
	return t
}

// Rule joins the parts of a rule.
func Rule(parts ...[]expr.Any) []expr.Any { return slices.Concat(parts...) }

// Source matches packets from addr, Destination packets to addr.
func Source(addr netip.Prefix) []expr.Any { return address(12, expr.CmpOpEq, addr) }

// Destination matches packets to addr.
func Destination(addr netip.Prefix) []expr.Any { return address(16, expr.CmpOpEq, addr) }

// NotDestination matches packets to any other address.
func NotDestination(addr netip.Prefix) []expr.Any { return address(16, expr.CmpOpNeq, addr) }

// Host is the prefix of one address.
func Host(a netip.Addr) netip.Prefix { return netip.PrefixFrom(a, a.BitLen()) }

func address(offset uint32, op expr.CmpOp, p netip.Prefix) []expr.Any {
	mask := make([]byte, 4)
	binary.BigEndian.PutUint32(mask, ^uint32(0)<<(32-p.Bits()))
	return []expr.Any{
		&expr.Payload{DestRegister: 1, Base: expr.PayloadBaseNetworkHeader, Offset: offset, Len: 4},
		&expr.Bitwise{SourceRegister: 1, DestRegister: 1, Len: 4, Mask: mask, Xor: make([]byte, 4)},
		&expr.Cmp{Register: 1, Op: op, Data: p.Masked().Addr().AsSlice()},
	}
}

// Protocol matches unix.IPPROTO_TCP and its like.
func Protocol(proto byte) []expr.Any {
	return []expr.Any{
		&expr.Meta{Key: expr.MetaKeyL4PROTO, Register: 1},
		&expr.Cmp{Register: 1, Op: expr.CmpOpEq, Data: []byte{proto}},
	}
}

// Port matches packets of a protocol to a port.
func Port(proto byte, port uint16) []expr.Any {
	return append(Protocol(proto),
		&expr.Payload{DestRegister: 1, Base: expr.PayloadBaseTransportHeader, Offset: 2, Len: 2},
		&expr.Cmp{Register: 1, Op: expr.CmpOpEq, Data: bigEndian(port)})
}

// OutLoopback matches packets that leave by lo.
func OutLoopback() []expr.Any {
	return []expr.Any{
		&expr.Meta{Key: expr.MetaKeyOIFNAME, Register: 1},
		&expr.Cmp{Register: 1, Op: expr.CmpOpEq, Data: append([]byte("lo"), make([]byte, unix.IFNAMSIZ-2)...)},
	}
}

// Mark matches packets of sockets that carry SO_MARK m.
func Mark(m uint32) []expr.Any {
	return []expr.Any{
		&expr.Meta{Key: expr.MetaKeyMARK, Register: 1},
		&expr.Cmp{Register: 1, Op: expr.CmpOpEq, Data: nativeEndian(m)},
	}
}

// OneIn matches one of n packets, by chance. In a nat chain that is one of n
// connections.
func OneIn(n int) []expr.Any {
	return []expr.Any{
		&expr.Numgen{Register: 1, Modulus: uint32(n), Type: unix.NFT_NG_RANDOM},
		&expr.Cmp{Register: 1, Op: expr.CmpOpEq, Data: nativeEndian(0)},
	}
}

// Return ends the chain for the packet.
func Return() []expr.Any { return []expr.Any{&expr.Verdict{Kind: expr.VerdictReturn}} }

// Jump goes on in another chain and comes back.
func Jump(chain string) []expr.Any {
	return []expr.Any{&expr.Verdict{Kind: expr.VerdictJump, Chain: chain}}
}

// RedirectTo sends the packet to a port of this machine.
func RedirectTo(port uint16) []expr.Any {
	return []expr.Any{
		&expr.Counter{},
		&expr.Immediate{Register: 1, Data: bigEndian(port)},
		&expr.Redir{RegisterProtoMin: 1},
	}
}

// SendTo rewrites the packet's destination.
func SendTo(a netip.Addr, port uint16) []expr.Any {
	return []expr.Any{
		&expr.Counter{},
		&expr.Immediate{Register: 1, Data: a.AsSlice()},
		&expr.Immediate{Register: 2, Data: bigEndian(port)},
		&expr.NAT{Type: expr.NATTypeDestNAT, Family: unix.NFPROTO_IPV4, RegAddrMin: 1, RegProtoMin: 2},
	}
}

// Masquerade rewrites the packet's source to the address of the way out.
func Masquerade() []expr.Any { return []expr.Any{&expr.Masq{}} }

// ResetTCP answers with a TCP reset: "connection refused".
func ResetTCP() []expr.Any { return []expr.Any{&expr.Reject{Type: unix.NFT_REJECT_TCP_RST}} }

// Unreachable answers with ICMP "port unreachable", which UDP sees as refused.
func Unreachable() []expr.Any {
	const port = 3
	return []expr.Any{&expr.Reject{Type: unix.NFT_REJECT_ICMP_UNREACH, Code: port}}
}

func bigEndian(v uint16) []byte    { return binary.BigEndian.AppendUint16(nil, v) }
func nativeEndian(v uint32) []byte { return binary.NativeEndian.AppendUint32(nil, v) }
