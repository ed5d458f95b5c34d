package observe

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"time"
)

// How often the API server is asked whether it is there, and how long it may
// take to say so.
const (
	beatEvery  = 2 * time.Second
	beatWithin = 3 * time.Second
)

// beat asks the API server again and again whether it is there. Watches alone
// do not tell: one that a machine which slept, or a stopped engine, has cut
// off looks like one on which nothing happens.
func (o *Observer) beat(ctx context.Context) {
	for {
		err := o.alive(ctx)
		if ctx.Err() != nil {
			return
		}
		o.mu.Lock()
		was := o.silent
		o.silent = ""
		if err != nil {
			o.silent = err.Error()
		}
		news := was != o.silent
		o.mu.Unlock()
		if news {
			signal(o.poked)
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(beatEvery):
		}
	}
}

// alive asks once. Any answer will do: whoever refuses is there.
func (o *Observer) alive(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, beatWithin)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, o.base.JoinPath("readyz").String(), nil)
	if err != nil {
		return err
	}
	resp, err := o.api.Do(req)
	if os.IsTimeout(err) || errors.Is(err, context.DeadlineExceeded) {
		return fmt.Errorf("the API server does not answer within %s", beatWithin)
	}
	if err != nil {
		return fmt.Errorf("ask the API server: %w", err)
	}
	return resp.Body.Close()
}
