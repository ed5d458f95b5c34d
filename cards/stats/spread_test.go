package stats

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gatedrill/gatedrill/cards"
)

func TestBuckets(t *testing.T) {
	t.Parallel()
	got := Stabilities(map[int]int{0: 4, 1: 1, 2: 2, 20: 3, 21: 5, 364: 7, 365: 1, 9000: 2})
	want := []cards.Bucket{
		{From: 0, To: 1, Cards: 4}, {From: 1, To: 3, Cards: 3}, {From: 3, To: 7}, {From: 7, To: 21, Cards: 3},
		{From: 21, To: 60, Cards: 5}, {From: 60, To: 180}, {From: 180, To: 365, Cards: 7}, {From: 365, Cards: 3},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("stabilities (-want +got):\n%s", diff)
	}
	hard := Difficulties(map[int]int{1: 1, 5: 2, 9: 3, 10: 4})
	if len(hard) != 9 || hard[0].Cards != 1 || hard[4].Cards != 2 || hard[8].Cards != 7 || hard[8].To != 0 {
		t.Errorf("difficulties %+v", hard)
	}
}

func TestHoursAndAges(t *testing.T) {
	t.Parallel()
	outcomes := []cards.Outcome{
		{Hour: 8, Rating: cards.Good, State: cards.New},
		{Hour: 8, Rating: cards.Good, State: cards.Review, Stability: 3},
		{Hour: 8, Rating: cards.Again, State: cards.Review, Stability: 3},
		{Hour: 23, Rating: cards.Hard, State: cards.Review, Stability: cards.MatureDays},
		{Hour: 23, Rating: cards.Again, State: cards.Relearning, Stability: 50},
		{Hour: 77, Rating: cards.Good, State: cards.Learning},
	}
	h := Hours(outcomes)
	if h[8] != (cards.Hour{Answers: 3, Recalled: cards.Recalled{Reviews: 2, Rate: 0.5}}) || h[23] != (cards.Hour{Answers: 2, Recalled: cards.Recalled{Reviews: 1, Rate: 1}}) {
		t.Errorf("at eight %+v, at eleven %+v", h[8], h[23])
	}
	young, mature := ByAge(outcomes)
	if young != (cards.Recalled{Reviews: 2, Rate: 0.5}) || mature != (cards.Recalled{Reviews: 1, Rate: 1}) {
		t.Errorf("young %+v, mature %+v", young, mature)
	}
}

func TestTopics(t *testing.T) {
	t.Parallel()
	got := Topics([]cards.TagRecall{{Tag: "layer:tls"}, {Tag: "sni"}, {Tag: "step:tls"}, {Tag: "tls"}})
	if diff := cmp.Diff([]cards.TagRecall{{Tag: "sni"}, {Tag: "tls"}}, got); diff != "" {
		t.Errorf("topics (-want +got):\n%s", diff)
	}
}
