package accuracy

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/gatedrill/gatedrill/labs/cluster"
)

// analyze asks istioctl analyze for what is wrong anywhere in the cluster.
// Its exit code says whether it found something, and is no failure.
func (l *Lane) analyze(ctx context.Context) ([]Message, error) {
	cmd, err := l.handle.Shell(ctx, cluster.Shell{Command: []string{"istioctl", "analyze", "-A", "-o", "json"}, Dir: l.dir})
	if err != nil {
		return nil, fmt.Errorf("run istioctl analyze: %w", err)
	}
	cmd.Stdin, cmd.Stdout, cmd.Stderr = nil, nil, nil
	var complaint bytes.Buffer
	cmd.Stderr = &complaint
	out, failed := cmd.Output()
	var said []Message
	if err := json.Unmarshal(out, &said); err != nil {
		return nil, fmt.Errorf("read what istioctl analyze says: %w (%v: %s)", err, failed, complaint.Bytes())
	}
	return slices.DeleteFunc(said, func(m Message) bool { return m.Level != "Error" && m.Level != "Warning" }), nil
}
