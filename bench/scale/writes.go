package main

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"
)

// writes counts the changes that so many writers get acknowledged in a second,
// each on flags of its own, through the management API.
func writes(_ context.Context, o options) error {
	b, err := start(o.burgee, o.store)
	if err != nil {
		return err
	}
	defer b.Kill()
	for text := range strings.SplitSeq(o.writers, ",") {
		n, err := strconv.Atoi(text)
		if err != nil {
			return err
		}
		rate, middle, err := b.writeFor(n, o)
		if err != nil {
			return err
		}
		fmt.Printf("%2d writers: %7.1f changes a second, median %v\n", n, rate, middle.Round(10*time.Microsecond))
	}
	return b.Stop()
}

func (b *burgee) writeFor(writers int, o options) (perSecond float64, middle time.Duration, err error) {
	var all errgroup.Group
	took := make([][]time.Duration, writers)
	began := time.Now()
	for w := range writers {
		all.Go(func() error {
			path := project + "/flags/" + flagKey(w) + "/environments/production/"
			for i := 0; time.Since(began) < o.seconds; i++ {
				d, err := b.timed(http.MethodPost, path+[...]string{"off", "on"}[i%2], map[string]any{})
				if err != nil {
					return err
				}
				took[w] = append(took[w], d)
			}
			return nil
		})
	}
	err = all.Wait()
	passed := time.Since(began)
	var every []time.Duration
	for _, d := range took {
		every = append(every, d...)
	}
	if err != nil {
		return 0, 0, err
	}
	return float64(len(every)) / passed.Seconds(), median(every), nil
}
