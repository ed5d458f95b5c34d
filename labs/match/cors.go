package match

import "github.com/gatedrill/gatedrill/labs/envoy"

// Origin says whether a CORS policy admits an origin.
func Origin(c envoy.CORS, origin string) Result {
	out := no("no allowed origin is " + origin)
	for _, m := range c.Origins {
		switch res := textFits("origin", m, origin); {
		case res.OK():
			return res
		case res.Outcome == Unknown:
			out = res
		}
	}
	return out
}
