package cards

// Count is one answer as a tally of its day, without a tag.
func (a Answer) Count() Tally {
	t := Tally{Day: a.Day, Answers: 1, Took: a.Took}
	again := 0
	if a.Rating == Again {
		again = 1
	}
	t.Again = again
	switch a.Before.State {
	case New:
		t.New = 1
	case Review:
		t.Reviews, t.Forgot = 1, again
	case Learning, Relearning:
	}
	return t
}

// Add sums two tallies; day and tag stay.
func (t Tally) Add(o Tally) Tally {
	t.Answers += o.Answers
	t.New += o.New
	t.Reviews += o.Reviews
	t.Again += o.Again
	t.Forgot += o.Forgot
	t.Took += o.Took
	return t
}
