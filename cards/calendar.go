package cards

import "time"

// Calendar counts the learner's days. A day begins at the rollover hour of
// the learner's own clock, not at midnight, so that an evening's session
// stays one day.
type Calendar struct {
	Zone     *time.Location // nil is UTC
	Rollover int            // hour of the day, 0 … 23
}

const secondsPerDay = 24 * 60 * 60

// Moment is a time as the learner lived it. It is written down whole, so that
// what follows from it stays the same wherever the log is read again.
type Moment struct {
	At     time.Time // UTC, whole milliseconds
	Day    int       // the learner's day, see Calendar
	Zone   string    // "Europe/Berlin"; "" if it has no name
	Offset int       // seconds east of UTC, then and there
}

// Moment says what a time is to the learner, as exactly as it is stored.
func (c Calendar) Moment(t time.Time) Moment {
	_, offset := t.In(c.zone()).Zone()
	m := Moment{At: t.UTC().Truncate(time.Millisecond), Zone: c.zone().String(), Offset: offset}
	if m.Zone == "Local" {
		m.Zone = "" // how Go calls a zone that it does not know by a name
	}
	m.Day = c.Day(m.At)
	return m
}

// Day numbers the learner's day that holds t: days since 1970-01-01 by the
// date the day began on.
func (c Calendar) Day(t time.Time) int {
	local := t.In(c.zone())
	y, m, d := local.Date()
	if local.Hour() < c.Rollover {
		d--
	}
	return int(time.Date(y, m, d, 0, 0, 0, 0, time.UTC).Unix() / secondsPerDay)
}

// Start is the moment a day begins.
func (c Calendar) Start(day int) time.Time {
	t := time.Date(1970, 1, 1+day, c.Rollover, 0, 0, 0, c.zone())
	// Where clocks jump over the rollover hour, time.Date may give a moment
	// before it; where they repeat it, the second of the two.
	const step = 30 * time.Minute
	for c.Day(t) < day {
		t = t.Add(step)
	}
	for c.Day(t.Add(-step)) >= day {
		t = t.Add(-step)
	}
	return t
}

// Date is the date of a day, at midnight UTC.
func (c Calendar) Date(day int) time.Time {
	return time.Unix(int64(day)*secondsPerDay, 0).UTC()
}

func (c Calendar) zone() *time.Location {
	if c.Zone == nil {
		return time.UTC
	}
	return c.Zone
}
