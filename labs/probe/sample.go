package probe

import (
	"context"
	"encoding/json"

	"github.com/gatedrill/gatedrill/labs"
)

// sampled asks as often as the request wants, and shows the first answer that
// failed, else the last, with all of them beside it.
func (p *Prober) sampled(ctx context.Context, first step) Result {
	var shown Result
	var samples []labs.Sample
	for range max(1, first.request.Samples) {
		res := p.follow(ctx, first)
		if !res.Answer.Observed {
			return res // nothing can be said of a row with a gap
		}
		samples = append(samples, sampleOf(res.Answer))
		if !failed(shown.Answer) {
			shown = res
		}
	}
	if len(samples) > 1 {
		shown.Answer.Samples = samples
	}
	return shown
}

func failed(a labs.Answer) bool { return a.Error != "" || a.Code >= 400 }

// sampleOf reads who answered from the body that our workloads send.
func sampleOf(a labs.Answer) labs.Sample {
	var who struct{ Name string }
	s := labs.Sample{Code: a.Code, Error: a.Error}
	if json.Unmarshal([]byte(a.Body), &who) == nil {
		s.By = who.Name
	}
	return s
}
