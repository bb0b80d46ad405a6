// Package clock is the one source of time of the server's packages, so that a
// test can set it. Times are UTC; stored and sent times are milliseconds since
// 1970.
package clock

import "time"

// Clock tells the time.
type Clock interface {
	// Now returns the current time in UTC.
	Now() time.Time
}

// System is the machine's clock.
type System struct{}

// Now implements Clock.
func (System) Now() time.Time { return time.Now().UTC() }

// Func makes a Clock of a function, for tests.
type Func func() time.Time

// Now implements Clock.
func (f Func) Now() time.Time { return f().UTC() }

// Millis returns the clock's time in milliseconds since 1970.
func Millis(c Clock) int64 { return c.Now().UnixMilli() }
