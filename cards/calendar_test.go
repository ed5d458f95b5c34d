package cards_test

import (
	"testing"
	"time"
	_ "time/tzdata"

	"github.com/gatedrill/gatedrill/cards"
)

func zone(t *testing.T, name string) *time.Location {
	t.Helper()
	z, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return z
}

func TestDay(t *testing.T) {
	t.Parallel()
	berlin := zone(t, "Europe/Berlin")
	c := cards.Calendar{Zone: berlin, Rollover: 4}
	day := func(y int, m time.Month, d int) int {
		return int(time.Date(y, m, d, 0, 0, 0, 0, time.UTC).Unix() / 86400)
	}
	tests := []struct {
		name string
		at   time.Time
		want int
	}{
		{"noon", time.Date(2026, 6, 1, 12, 0, 0, 0, berlin), day(2026, 6, 1)},
		{"after midnight", time.Date(2026, 6, 2, 0, 30, 0, 0, berlin), day(2026, 6, 1)},
		{"before the rollover", time.Date(2026, 6, 2, 3, 59, 59, 0, berlin), day(2026, 6, 1)},
		{"at the rollover", time.Date(2026, 6, 2, 4, 0, 0, 0, berlin), day(2026, 6, 2)},
		{"first of a month", time.Date(2026, 3, 1, 1, 0, 0, 0, berlin), day(2026, 2, 28)},
		{"new year", time.Date(2027, 1, 1, 2, 0, 0, 0, berlin), day(2026, 12, 31)},
		{"given in another zone", time.Date(2026, 6, 2, 1, 59, 0, 0, time.UTC), day(2026, 6, 1)},
	}
	for _, tt := range tests {
		if got := c.Day(tt.at); got != tt.want {
			t.Errorf("%s: day %d, want %d", tt.name, got, tt.want)
		}
	}
	if got := (cards.Calendar{}).Day(time.Date(1970, 1, 3, 0, 0, 0, 0, time.UTC)); got != 2 {
		t.Errorf("the zero calendar: day %d, want 2", got)
	}
}

// Days follow each other without gap or overlap, whatever clocks do.
func TestDaysTile(t *testing.T) {
	t.Parallel()
	zones := []string{"UTC", "Europe/Berlin", "America/Sao_Paulo", "Australia/Lord_Howe", "Asia/Kathmandu", "Pacific/Apia", "Africa/Casablanca"}
	for _, name := range zones {
		for _, hour := range []int{0, 2, 4, 23} {
			c := cards.Calendar{Zone: zone(t, name), Rollover: hour}
			first := c.Day(time.Date(2017, 1, 1, 12, 0, 0, 0, time.UTC))
			for day := first; day < first+800; day++ {
				begin, end := c.Start(day), c.Start(day+1)
				if c.Day(begin) != day || c.Day(end.Add(-time.Second)) != day {
					t.Fatalf("%s at %d: day %d is from %v to %v, but these are in days %d and %d",
						name, hour, day, begin, end, c.Day(begin), c.Day(end.Add(-time.Second)))
				}
			}
		}
	}
}

func TestDate(t *testing.T) {
	t.Parallel()
	c := cards.Calendar{Zone: zone(t, "Asia/Tokyo"), Rollover: 4}
	at := time.Date(2026, 11, 23, 2, 0, 0, 0, c.Zone)
	if got := c.Date(c.Day(at)).Format(time.DateOnly); got != "2026-11-22" {
		t.Errorf("two in the morning of the 23rd belongs to %s, want the 22nd", got)
	}
}

func TestMoment(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 11, 23, 2, 0, 0, 123_456_789, zone(t, "Asia/Tokyo"))
	whole := at.UTC().Truncate(time.Millisecond)
	day := cards.Calendar{}.Day(at) // 22nd, 17:00 in UTC
	for name, want := range map[string]cards.Moment{
		"Asia/Tokyo":          {At: whole, Day: day, Zone: "Asia/Tokyo", Offset: 9 * 3600},
		"America/Los_Angeles": {At: whole, Day: day, Zone: "America/Los_Angeles", Offset: -8 * 3600},
		"Pacific/Kiritimati":  {At: whole, Day: day + 1, Zone: "Pacific/Kiritimati", Offset: 14 * 3600},
		"UTC":                 {At: whole, Day: day, Zone: "UTC"},
	} {
		c := cards.Calendar{Zone: zone(t, name), Rollover: 4}
		if got := c.Moment(at); got != want {
			t.Errorf("%s: %+v, want %+v", name, got, want)
		}
	}
	if got := (cards.Calendar{Zone: time.Local}).Moment(at); got.Zone == "Local" {
		t.Error("a zone without a name was given one")
	}
}
