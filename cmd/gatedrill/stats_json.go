package main

import (
	"time"

	"github.com/gatedrill/gatedrill/cards"
)

// json is all of the statistics as data; what is not known is left out.
func (n numbers) json() object {
	days := []object{}
	for _, d := range n.Days {
		days = append(days, object{"date": d.Date.Format(time.DateOnly), "answers": d.Reviews, "again": d.Again})
	}
	hours := []object{}
	for i, h := range n.Hours {
		o := recalledJSON(h.Recalled)
		o["hour"], o["answers"] = i, h.Answers
		hours = append(hours, o)
	}
	o := object{
		"cards": n.Cards, "mature": n.Mature, "answers": n.Reviews, "days": days, "forecast": n.Forecast,
		"retention": n.retentionJSON(), "stabilityDays": bucketsJSON(n.Stability), "difficulty": bucketsJSON(n.Difficulty), "hours": hours,
		"tags": recallJSON(n.Tags), "layers": n.layersJSON(), "labs": n.labsJSON(), "leeches": rowsJSON(n.Leeches), "streak": n.Streak,
		"todaySeconds": int(n.TimeToday.Seconds()),
	}
	if n.Retention.Month.Reviews > 0 {
		o["recall30Days"] = round(n.Retention.Month.Rate)
	}
	return o
}

func (n numbers) retentionJSON() object {
	r := n.Retention
	o := object{
		"days30": recalledJSON(r.Month), "days365": recalledJSON(r.Year), "ever": recalledJSON(r.Ever),
		"young30": recalledJSON(r.Young), "mature30": recalledJSON(r.Mature),
	}
	if r.Most > 0 {
		o["wantedLeast"], o["wantedMost"] = round(r.Least), round(r.Most)
	}
	return o
}

func recalledJSON(r cards.Recalled) object {
	o := object{"reviews": r.Reviews}
	if r.Reviews > 0 {
		o["recall"] = round(r.Rate)
	}
	return o
}

func bucketsJSON(of []cards.Bucket) []object {
	out := []object{}
	for _, b := range of {
		o := object{"from": b.From, "cards": b.Cards}
		if b.To > 0 {
			o["to"] = b.To
		}
		out = append(out, o)
	}
	return out
}

func (n numbers) layersJSON() []object {
	out := []object{}
	for _, l := range n.layers() {
		o := recalledJSON(cards.Recalled{Reviews: l.Cards.Reviews, Rate: l.Cards.Recall})
		o["layer"], o["labs"], o["labsSolved"] = l.Name, l.Labs, l.Solved
		out = append(out, o)
	}
	return out
}

func (n numbers) labsJSON() []object {
	out := []object{}
	tried, _ := n.tried()
	for _, l := range tried {
		o := object{"id": l.ID, "title": l.Title, "attempts": l.Attempts, "solved": l.Solved}
		if l.Best > 0 {
			o["bestSeconds"] = int(l.Best.Seconds())
		}
		out = append(out, o)
	}
	return out
}
