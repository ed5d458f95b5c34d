package keymap

import "slices"

// Table is every binding of the program. Within a scope the order is the
// footer's: what is left out on a narrow screen stands last.
func Table() []Binding {
	return slices.Concat(global(), home(), review(), lab(), lists(), pages())
}

func global() []Binding {
	return []Binding{
		{Global, []string{"?"}, Help, "?", "keys", "list the keys that work here"},
		{Global, []string{":", "ctrl+p"}, Commands, ":", "", "list everything that can be done, to be found by typing"},
		{Global, []string{"ctrl+z"}, Sleep, "ctrl+z", "", "put the program into the background; fg brings it back"},
		{Global, []string{"q"}, Quit, "q", "", "quit; everything is stored already"},
		{Global, []string{"ctrl+c"}, Interrupt, "ctrl+c", "", "quit, also while typing"},
	}
}

func home() []Binding {
	return []Binding{
		{Home, []string{"enter"}, Go, "⏎", "go", "do what is marked"},
		{Home, []string{"up", "k"}, Up, "↑", "", "mark the line above"},
		{Home, []string{"down", "j"}, Down, "↓", "", "mark the line below"},
		{Home, []string{"r"}, OpenReview, "r", "review", "review the cards that are due"},
		{Home, []string{"l"}, OpenLabs, "l", "labs", "list the labs"},
		{Home, []string{"c"}, OpenCards, "c", "cards", "list the cards"},
		{Home, []string{"s"}, OpenStats, "s", "stats", "show retention and forecast"},
		{Home, []string{"t"}, OpenTrace, "t", "trace a URL", "walk a request through the gateway's layers"},
		{Home, []string{"i"}, OpenTour, "i", "", "what is where, in four pages"},
		{Home, []string{","}, OpenSettings, ",", "settings", "change colours, keys, limits and where labs run"},
		{Home, []string{"R"}, Again, "R", "", "try again what failed: reading the cards, or the sandbox"},
	}
}

func review() []Binding {
	return slices.Concat([]Binding{
		{ReviewQuestion, []string{"space", "enter"}, Reveal, "⏎", "show answer", "show the answer"},
	}, reviewCommon(ReviewQuestion, "leave; nothing is lost"), []Binding{
		{ReviewPick, []string{"1"}, Pick1, "1 2 …", "pick", "pick what stands behind this number"},
		{ReviewPick, []string{"2"}, Pick2, "2", "", "pick"},
		{ReviewPick, []string{"3"}, Pick3, "3", "", "pick"},
		{ReviewPick, []string{"4"}, Pick4, "4", "", "pick"},
		{ReviewPick, []string{"5"}, Pick5, "5", "", "pick"},
		{ReviewPick, []string{"6"}, Pick6, "6", "", "pick"},
		{ReviewPick, []string{"space", "enter"}, Reveal, "⏎", "show answer", "show the answer without picking"},
	}, reviewCommon(ReviewPick, "leave; nothing is lost"), []Binding{
		{ReviewType, []string{"enter"}, Go, "⏎", "show answer", "hold what you typed against the answer"},
		{ReviewType, []string{"esc"}, Back, "esc", "leave the field", "leave the field; what you typed stays"},
		{ReviewType, []string{"down"}, Down, "↓", "", "scroll down in a long card"},
		{ReviewType, []string{"up"}, Up, "↑", "", "scroll up"},

		{ReviewTyped, []string{"space", "enter"}, Reveal, "⏎", "show answer", "hold what you typed against the answer"},
		{ReviewTyped, []string{"tab"}, Answer, "⇥", "type", "go on typing"},
	}, reviewCommon(ReviewTyped, "leave; nothing is lost"), []Binding{
		{ReviewAnswer, []string{"1"}, RateAgain, "1", "", "again: you did not know it"},
		{ReviewAnswer, []string{"2"}, RateHard, "2", "", "hard: you knew it with effort"},
		{ReviewAnswer, []string{"3", "space"}, RateGood, "3", "", "good: you knew it; space says so too"},
		{ReviewAnswer, []string{"4"}, RateEasy, "4", "", "easy: you knew it at once"},
	}, reviewCommon(ReviewAnswer, "leave; a card without a rating comes again"), []Binding{
		{ReviewFailed, []string{"enter", "R"}, Again, "⏎", "try again", "try to read the cards again"},
		{ReviewFailed, []string{"esc"}, Back, "esc", "back", "go back"},

		{ReviewSummary, []string{"enter", "esc"}, Back, "⏎", "done", "go back"},
		{ReviewSummary, []string{"u"}, Undo, "u", "undo", "take the last rating or action back"},
		{ReviewSummary, []string{"n"}, MoreNew, "n", "5 more new", "let five more new cards come today"},
		{ReviewSummary, []string{"L"}, CardLab, "L", "lab", "open the lab that helps most with what was hard"},
		{ReviewSummary, []string{"down", "j"}, Down, "↓", "", "scroll down"},
		{ReviewSummary, []string{"up", "k"}, Up, "↑", "", "scroll up"},
	})
}

// reviewCommon is what question and answer both offer.
func reviewCommon(s Scope, leave string) []Binding {
	return slices.Concat([]Binding{
		{s, []string{"u"}, Undo, "u", "undo", "take the last rating or action back"},
		{s, []string{"e"}, Edit, "e", "edit", "change this card in your editor; its history stays"},
		{s, []string{"s"}, Suspend, "s", "suspend", "do not ask this card again; u takes it back, later the list of cards does"},
		{s, []string{"b"}, Bury, "b", "bury", "put this card off until tomorrow"},
	}, actions(s), []Binding{
		{s, []string{"L"}, CardLab, "L", "lab", "open the lab that exercises this card"},
		{s, []string{"esc"}, Back, "esc", "back", leave},
		{s, []string{"down", "j"}, Down, "↓", "", "scroll down in a long card"},
		{s, []string{"up", "k"}, Up, "↑", "", "scroll up"},
	})
}

// actions is what can be done to a card that the footer leaves out.
func actions(s Scope) []Binding {
	return []Binding{
		{s, []string{"m"}, Mark, "m", "", "mark this card, or take the mark off; is:marked finds it"},
		{s, []string{"F"}, Forget, "F", "", "make this card new again; its history stays"},
	}
}

func lab() []Binding {
	return slices.Concat([]Binding{
		{LabWait, []string{"R"}, Again, "R", "try again", "try again what failed"},
		{LabWait, []string{"esc"}, Back, "esc", "back", "do something else meanwhile"},

		{LabBusy, []string{"esc"}, Back, "esc", "back", "do something else; the lab goes on being prepared"},
		{LabBusy, []string{"i"}, Details, "i", "read all", "read the ticket in full"},
		{LabBusy, []string{"r"}, Reset, "r", "", "put everything back and end this attempt; asks first"},

		{LabTrouble, []string{"R"}, Again, "R", "start again", "start this lab again"},
		{LabTrouble, []string{"r"}, Reset, "r", "reset", "put everything back and end this attempt; asks first"},
		{LabTrouble, []string{"t"}, Shell, "t", "shell", "open your shell beside the lab, or go back into it; exit ends it"},
		{LabTrouble, []string{"i"}, Details, "i", "read all", "read ticket and trouble in full"},
		{LabTrouble, []string{"esc"}, Back, "esc", "back", "leave; the lab stays as it is"},

		{LabDiagnose, []string{"R"}, Again, "R", "start the cluster", "start the cluster again, if it has ended"},
		{LabDiagnose, []string{"t"}, Shell, "t", "shell", "open your shell beside the lab, or go back into it; exit ends it"},
		{LabDiagnose, []string{"enter"}, Answer, "⏎", "answer", "type the finding of this step"},
		{LabDiagnose, []string{"h"}, Healthy, "h", "", "verdict: this layer is healthy"},
		{LabDiagnose, []string{"b"}, Broken, "b", "", "verdict: this layer is broken"},
		{LabDiagnose, []string{"n"}, OffPath, "n", "", "verdict: the request does not get here, or the layer plays no part"},
		{LabDiagnose, []string{"i"}, Details, "i", "read", "read ticket, step, hints and last request in full"},
		{LabDiagnose, []string{"H"}, Hint, "H", "hint", "take a hint; asks first"},
		{LabDiagnose, []string{"y"}, Copy, "y", "copy", "copy the marked command"},
		{LabDiagnose, []string{"tab"}, Next, "⇥", "", "mark the next command"},
	}, labCommon(LabDiagnose), shells(LabDiagnose), []Binding{
		{LabUnearned, []string{"R"}, Again, "R", "put the fault back", "put the fault back; your answers are kept"},
		{LabUnearned, []string{"t"}, Shell, "t", "shell", "open your shell beside the lab, or go back into it; exit ends it"},
		{LabUnearned, []string{"enter", "i"}, Details, "⏎", "read all", "read ticket, findings, checks and last request in full"},
	}, labCommon(LabUnearned), shells(LabUnearned), []Binding{
		{LabType, []string{"enter"}, Go, "⏎", "commit", "commit the finding"},
		{LabType, []string{"esc"}, Back, "esc", "leave the field", "leave the field; what you typed stays"},

		{LabFix, []string{"R"}, Again, "R", "start the cluster", "start the cluster again, if it has ended"},
		{LabFix, []string{"t"}, Shell, "t", "shell", "open your shell beside the lab, or go back into it; exit ends it"},
		{LabFix, []string{"enter", "i"}, Details, "⏎", "read all", "read ticket, findings, checks and last request in full"},
		{LabFix, []string{"y"}, Copy, "y", "copy", "copy the marked command of the step looked at"},
		{LabFix, []string{"tab"}, Next, "⇥", "", "mark the next command of the step looked at"},
	}, labCommon(LabFix), shells(LabFix), shells(LabTrouble), shells(LabSolved), []Binding{
		{LabShell, []string{"ctrl+]"}, LeaveShell, "ctrl+]", "to the lab", "keys go to the lab again; the shell stays. All other keys are the shell's"},
		{LabShell, []string{"shift+pgup"}, ScrollBack, "shift+pgup", "scroll back", "look at what left the screen at its top"},
		{LabShell, []string{"shift+pgdown"}, ScrollForth, "shift+pgdn", "", "scroll forth"},
	}, []Binding{
		{LabSolved, []string{"down", "j"}, Down, "↓", "scroll", "scroll down"},
		{LabSolved, []string{"up", "k"}, Up, "↑", "", "scroll up"},
		{LabSolved, []string{"pgdown", "space"}, PageDown, "pgdn", "", "a page down"},
		{LabSolved, []string{"pgup"}, PageUp, "pgup", "", "a page up"},
		{LabSolved, []string{"esc", "enter"}, Back, "⏎", "done", "go back; the lab stays as it is until reset"},
		{LabSolved, []string{"t"}, Shell, "t", "shell", "open your shell beside the lab, or go back into it; exit ends it"},
		{LabSolved, []string{"v"}, Evidence, "v", "evidence", "read the last request, its answer and what proxies logged of it"},
		{LabSolved, []string{"r"}, Reset, "r", "reset", "put everything back and end this lab; asks first"},
	})
}

// shells is what every state of the lab offers that has a shell.
func shells(s Scope) []Binding {
	return []Binding{
		{s, []string{"T"}, ShellWhole, "T", "", "your shell on the whole screen"},
		{s, []string{">"}, Wider, ">", "", "more room for the lab, less for the shell"},
		{s, []string{"<"}, Narrower, "<", "", "less room for the lab, more for the shell"},
	}
}

// labCommon is what both the diagnosis and the repair offer.
func labCommon(s Scope) []Binding {
	return []Binding{
		{s, []string{"r"}, Reset, "r", "reset", "put everything back and end this attempt; asks first"},
		{s, []string{"S"}, Solution, "S", "", "show the solution; asks first, and is recorded"},
		{s, []string{"down", "j"}, Down, "↓", "", "look at the next step"},
		{s, []string{"up", "k"}, Up, "↑", "", "look at the step before"},
		{s, []string{"esc"}, Back, "esc", "back", "leave; the lab stays as it is"},
		{s, []string{"v"}, Evidence, "v", "evidence", "read the last request, its answer and its log line, field by field"},
	}
}

func lists() []Binding {
	return slices.Concat([]Binding{
		{List, []string{"enter"}, Go, "⏎", "start", "start the marked lab, or go on with it"},
	}, moves(List), []Binding{
		{ListType, []string{"enter"}, Go, "⏎", "keep the filter", "keep the filter and go back to the list"},
		{ListType, []string{"esc"}, Back, "esc", "drop it", "drop the filter"},
		{ListType, []string{"down"}, Down, "↓", "", "mark the line below"},
		{ListType, []string{"up"}, Up, "↑", "", "mark the line above"},

		{CardList, []string{"enter"}, Go, "⏎", "read", "read question, answer and source"},
		{CardList, []string{"s"}, Suspend, "s", "suspend", "suspend the card, or wake it"},
		{CardList, []string{"b"}, Bury, "b", "bury", "put the card off until tomorrow, or dig it out"},
		{CardList, []string{"c"}, Cram, "c", "cram", "ask the cards listed, due or not, and reschedule nothing"},
		{CardList, []string{"r"}, OpenReview, "r", "review deck", "review the deck of the card"},
	}, actions(CardList), []Binding{
		{CardList, []string{"p"}, Problems, "p", "problems", "say what keeps cards of the decks from being used"},
		{CardList, []string{"u"}, Undo, "u", "", "take back what was last done here"},
	}, moves(CardList))
}

// moves is what every list offers.
func moves(s Scope) []Binding {
	return []Binding{
		{s, []string{"/"}, Filter, "/", "filter", "type to narrow the list"},
		{s, []string{"esc"}, Back, "esc", "back", "drop the filter, then go back"},
		{s, []string{"down", "j"}, Down, "↓", "", "mark the line below"},
		{s, []string{"up", "k"}, Up, "↑", "", "mark the line above"},
		{s, []string{"pgdown"}, PageDown, "pgdn", "", "a page down"},
		{s, []string{"pgup"}, PageUp, "pgup", "", "a page up"},
		{s, []string{"home", "g"}, Top, "g", "", "the first line"},
		{s, []string{"end", "G"}, Bottom, "G", "", "the last line"},
	}
}

func pages() []Binding {
	return slices.Concat([]Binding{
		{Stats, []string{"esc", "enter"}, Back, "esc", "back", "go back"},
	}, scrolls(Stats), []Binding{
		{Trace, []string{"enter", "e"}, Answer, "⏎", "another URL", "type another URL"},
		{Trace, []string{"R"}, Again, "R", "again", "ask again"},
		{Trace, []string{"v"}, Evidence, "v", "evidence", "read the request, its answer and what proxies logged of it, field by field"},
		{Trace, []string{"esc"}, Back, "esc", "back", "go back"},
	}, scrolls(Trace), []Binding{
		{TraceType, []string{"enter"}, Go, "⏎", "trace", "walk this request through the layers"},
		{TraceType, []string{"down"}, Down, "↓", "hosts", "pick one of the hosts of the cluster"},
		{TraceType, []string{"esc"}, Back, "esc", "back", "leave the field"},

		{TraceHosts, []string{"enter"}, Go, "⏎", "trace", "walk a request to the marked host through the layers"},
		{TraceHosts, []string{"e", "tab"}, Answer, "e", "type a URL", "type a URL instead"},
		{TraceHosts, []string{"R"}, Again, "R", "", "read the hosts again"},
	}, moves(TraceHosts), []Binding{
		{Settings, []string{"enter", "e"}, Answer, "⏎", "change", "take the next value, or type one"},
		{Settings, []string{"backspace"}, Default, "⌫", "default", "take the default again"},
	}, moves(Settings), []Binding{
		{SettingsType, []string{"enter"}, Go, "⏎", "keep", "keep what was typed"},
		{SettingsType, []string{"esc"}, Back, "esc", "leave the field", "leave the setting as it was"},

		{Palette, []string{"enter"}, Go, "⏎", "do it", "do what is marked"},
		{Palette, []string{"esc"}, Back, "esc", "close", "close this list"},
		{Palette, []string{"down"}, Down, "↓", "", "mark the line below"},
		{Palette, []string{"up"}, Up, "↑", "", "mark the line above"},
		{Palette, []string{"pgdown"}, PageDown, "pgdn", "", "a page down"},
		{Palette, []string{"pgup"}, PageUp, "pgup", "", "a page up"},

		{Tour, []string{"enter", "right", "space", "l"}, Next, "⏎", "next", "the next page; behind the last, go back"},
		{Tour, []string{"left", "h"}, Before, "←", "before", "the page before"},
		{Tour, []string{"esc"}, Back, "esc", "close", "leave the tour"},
		{Tour, []string{"down", "j"}, Down, "↓", "scroll", "scroll down"},
		{Tour, []string{"up", "k"}, Up, "↑", "", "scroll up"},

		{Page, []string{"esc", "enter", "i", "v", "q", "?"}, Back, "esc", "close", "close this page"},
	}, scrolls(Page), []Binding{
		{Confirm, []string{"y"}, Yes, "y", "yes", "do it; no other key means yes, since what is asked about cannot be taken back"},
		{Confirm, []string{"esc", "n", "q"}, Back, "esc", "no", "leave everything as it is"},
	})
}

// scrolls is what every page longer than the screen offers.
func scrolls(s Scope) []Binding {
	return []Binding{
		{s, []string{"down", "j"}, Down, "↓", "scroll", "scroll down"},
		{s, []string{"up", "k"}, Up, "↑", "", "scroll up"},
		{s, []string{"pgdown", "space"}, PageDown, "pgdn", "", "a page down"},
		{s, []string{"pgup"}, PageUp, "pgup", "", "a page up"},
		{s, []string{"home", "g"}, Top, "g", "", "to the top"},
		{s, []string{"end", "G"}, Bottom, "G", "", "to the end"},
	}
}
