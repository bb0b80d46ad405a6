package ingest

import (
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"burgee.dev/burgee/internal/fault"
)

const (
	// MaxCounts is the most counts that one batch may hold.
	MaxCounts = 10_000
	// MaxCount is the most that one sum may reach; it stays there. Sums of these
	// sums fit 64 bits.
	MaxCount = 1_000_000_000_000

	maxID    = 64
	maxText  = 128
	minuteMs = int64(time.Minute / time.Millisecond)
	// keptMs is how long minute counts are kept; older ones are not taken.
	keptMs = 14 * 24 * int64(time.Hour/time.Millisecond)
)

// Application is the program that evaluated.
type Application struct {
	Name    string
	Version string
	SDK     string
}

// Count says how often something was served in one minute.
type Count struct {
	Flag       string
	Variation  string // empty: none was served, so the program's own default
	Reason     string
	Experiment string
	Arm        string
	Minute     int64 // the minute's start, milliseconds since 1970
	Count      int64
}

// Batch is what an SDK sends at a time.
type Batch struct {
	ID            string // the same id with the same counts is the same batch, counted once
	EnvironmentID int64
	Application   Application
	Counts        []Count
}

// key tells a batch from all others. It begins with a minute of the batch, so that
// those of a time are neighbours in the database's index: ids by chance would have
// each flush write pages all over it.
func (b *Batch) key() string {
	return strconv.FormatInt(b.Counts[0].Minute/minuteMs, 36) + "/" + strconv.FormatInt(b.EnvironmentID, 10) + "/" + b.ID
}

// reasons are those of the evaluation detail.
var reasons = map[string]bool{
	"OVERRIDE": true, "NOT_READY": true, "FLAG_NOT_FOUND": true, "ERROR": true, "OFF": true,
	"PREREQUISITE_FAILED": true, "TARGET": true, "EXPERIMENT": true, "CODE_DEFAULT": true,
	"RULE": true, "DEFAULT": true, "TYPE_MISMATCH": true,
}

func invalid() *fault.Error {
	return fault.New(fault.Invalid, "events_invalid", "The batch of counts was not taken: some of its fields are wrong")
}

// CheckID refuses what cannot be the id of a batch.
func CheckID(id string) error {
	err := invalid()
	if checkID(id, err); len(err.Fields) > 0 {
		return err
	}
	return nil
}

// checkID also refuses U+0000 and what is no UTF-8: PostgreSQL would refuse it
// with all other batches of its flush, again and again.
func checkID(id string, err *fault.Error) {
	switch {
	case id == "" || len(id) > maxID:
		err.WithField("id", "must be 1 to %d characters, a new UUID for each batch", maxID)
	case strings.IndexByte(id, 0) >= 0 || !utf8.ValidString(id):
		err.WithField("id", "holds what is no text; use a new UUID for each batch")
	}
}

// check returns what is wrong with a batch, naming each field once.
func (b *Batch) check() error {
	err := invalid()
	checkID(b.ID, err)
	if len(b.Counts) > MaxCounts {
		err.WithField("counts", "holds %d counts; send at most %d in one batch", len(b.Counts), MaxCounts)
		return err
	}
	for i := range b.Counts {
		b.Counts[i].check(fmt.Sprintf("counts[%d]", i), err)
		if len(err.Fields) >= 20 {
			break // enough to see the pattern
		}
	}
	if len(err.Fields) > 0 {
		return err
	}
	return nil
}

func (c *Count) check(path string, err *fault.Error) {
	if !IsKey(c.Flag) {
		err.WithField(path+".flag", "must be a flag's key: letters, digits, '.', '_' and '-', at most %d", maxText)
	}
	if c.Variation != "" && !IsKey(c.Variation) {
		err.WithField(path+".variation", "must be a variation's id, or null when none was served")
	}
	if !reasons[c.Reason] {
		err.WithField(path+".reason", "%q is not a reason of an evaluation", clip(c.Reason))
	}
	if c.Experiment != "" && !IsKey(c.Experiment) {
		err.WithField(path+".experiment", "must be an experiment's key")
	}
	if c.Arm != "" && !IsKey(c.Arm) {
		err.WithField(path+".arm", "must be an arm's id")
	}
	if c.Minute < 0 || c.Minute%minuteMs != 0 {
		err.WithField(path+".minute", "must be the start of a minute in milliseconds since 1970")
	}
	if c.Count < 1 || c.Count > MaxCount {
		err.WithField(path+".count", "must be a whole number from 1 to %d", int64(MaxCount))
	}
}

// IsKey says whether s can be a key or an id of a project's objects.
func IsKey(s string) bool {
	if s == "" || len(s) > maxText {
		return false
	}
	for i := range len(s) {
		c := s[i]
		alphanumeric := c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9'
		if !alphanumeric && (i == 0 || c != '.' && c != '_' && c != '-') {
			return false
		}
	}
	return true
}

// clip cuts at a character, so that the text stays UTF-8.
func clip(s string) string {
	if len(s) <= maxText {
		return s
	}
	cut := maxText
	for cut > 0 && s[cut]&0xC0 == 0x80 {
		cut--
	}
	return s[:cut]
}
