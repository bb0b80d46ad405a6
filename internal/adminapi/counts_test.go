package adminapi

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestCountsAreASeriesForEachVariationWithAPointForEachStep(t *testing.T) {
	from := time.UnixMilli(1_800_000_000_000).UTC()
	step := 30 * time.Minute
	minute := func(n int64) int64 { return from.UnixMilli() + n*60_000 }
	rows := []CountRow{
		{Minute: minute(0), Variation: "true", Reason: "RULE", Application: "a", Version: "1", SDK: "go/0.1.0", Count: 5},
		{Minute: minute(29), Variation: "true", Reason: "TARGET", Application: "a", Version: "2", SDK: "go/0.1.0", Count: 2},
		{Minute: minute(30), Variation: "true", Reason: "RULE", Application: "a", Version: "1", SDK: "go/0.1.0", Count: 1},
		{Minute: minute(31), Reason: "CODE_DEFAULT", Application: "b", Version: "1", SDK: "python/0.1.0", Count: 10},
		{Minute: minute(31), Reason: "OFF", Application: "b", Version: "1", SDK: "python/0.1.0", Count: 3},
	}
	got := evaluationsOf(rows, from, from.Add(70*time.Minute), step)
	on := "true"
	points := func(counts ...int64) []Point {
		var list []Point
		for i, n := range counts {
			list = append(list, Point{At: minute(int64(i) * 30), Count: n})
		}
		return list
	}
	want := Evaluations{
		From: minute(0), To: minute(70), StepMs: step.Milliseconds(), Total: 21,
		Series: []Series{
			{Reason: "CODE_DEFAULT", Label: "code default", Points: points(0, 10, 0)},
			{Reason: "OFF", Label: "code default (off)", Points: points(0, 3, 0)},
			{Variation: &on, Label: "true", Points: points(7, 1, 0)},
		},
		ByApplication: []ApplicationCount{
			{"b", "1", "python/0.1.0", 13}, {"a", "1", "go/0.1.0", 6}, {"a", "2", "go/0.1.0", 2},
		},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestAChartHasAHandfulOfDozensOfPoints(t *testing.T) {
	for _, hours := range []int{1, 2, 6, 24, 48, 168, 336} {
		points := time.Duration(hours) * time.Hour / stepFor(hours)
		if points < 12 || points > 96 {
			t.Errorf("%d h: %d points", hours, points)
		}
	}
}

func TestInstancesAreGatheredByProgram(t *testing.T) {
	instance := func(app, version, id, address string) Instance {
		return Instance{Application: app, Version: version, SDK: "python/0.1.0", Environment: "production",
			ConnectedInstance: ConnectedInstance{Instance: id, Address: address, Transport: "stream"}}
	}
	got := applications([]Instance{
		instance("calendar", "1.4.0", "i1", "10.0.0.1"), instance("calendar", "1.4.0", "i2", "10.0.0.1"),
		instance("calendar", "1.4.0", "i3", "10.0.0.2"), instance("calendar", "1.3.0", "i4", "10.0.0.2"),
		instance("curl", "", "", "10.0.0.3"), instance("curl", "", "", "10.0.0.3"),
	})
	type row struct {
		app, version         string
		instances, host, pro int
	}
	var rows []row
	for _, a := range got {
		rows = append(rows, row{a.Application, a.Version, len(a.Instances), a.Hosts, a.Processes})
	}
	want := []row{{"calendar", "1.4.0", 3, 2, 3}, {"calendar", "1.3.0", 1, 1, 1}, {"curl", "", 2, 1, 1}}
	if diff := cmp.Diff(want, rows, cmp.AllowUnexported(row{})); diff != "" {
		t.Error(diff)
	}
}
