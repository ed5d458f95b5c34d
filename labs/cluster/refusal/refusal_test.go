package refusal

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"syscall"
	"testing"
)

// What is told on one side is the same on the other.
func TestThereAndBack(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		err  error
		want string
	}{
		{&net.OpError{Err: os.NewSyscallError("connect", syscall.ECONNREFUSED)}, Refused},
		{&net.OpError{Err: &net.DNSError{IsNotFound: true}}, NoSuchHost},
		{&net.OpError{Err: &net.DNSError{IsTimeout: true}}, Timeout},
		{&net.OpError{Err: os.ErrDeadlineExceeded}, Timeout},
		{fmt.Errorf("dial: %w", context.DeadlineExceeded), Timeout},
		{os.NewSyscallError("connect", syscall.ETIMEDOUT), Timeout},
		{os.NewSyscallError("connect", syscall.EHOSTUNREACH), Unreachable},
		{os.NewSyscallError("connect", syscall.ENETUNREACH), Unreachable},
		{errors.New("something new"), Failed},
	} {
		got := Reason(tt.err)
		if got != tt.want {
			t.Errorf("%v is %q, want %q", tt.err, got, tt.want)
		}
		if again := Reason(Error(got, tt.err.Error())); again != got {
			t.Errorf("%q comes back as %q", got, again)
		}
	}
	if err := Error(Failed, "something new"); err.Error() != "something new" {
		t.Errorf("the message is lost: %v", err)
	}
}
