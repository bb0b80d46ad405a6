package catalog

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"burgee.dev/burgee/internal/account"
	"burgee.dev/burgee/internal/document"
	"burgee.dev/burgee/internal/fault"
	"burgee.dev/burgee/sdk/ruleset"
)

// RolloutState says how far a rollout has come.
type RolloutState string

// The states of rollouts.
const (
	RolloutRunning    RolloutState = "running"
	RolloutPaused     RolloutState = "paused" // by a person, or by what its problem says
	RolloutDone       RolloutState = "done"
	RolloutStopped    RolloutState = "stopped"     // where it was
	RolloutRolledBack RolloutState = "rolled_back" // to where it began
)

// liveRollouts are the states in which a rollout goes on, or may.
var liveRollouts = []RolloutState{RolloutRunning, RolloutPaused}

// The bounds of rollouts.
const (
	maxRolloutSteps = 50
	minRolloutWait  = time.Second
	maxRolloutWait  = 366 * 24 * time.Hour
	// rolledBackWithin is how long after its end a rollout can be rolled back.
	rolledBackWithin = 24 * time.Hour
)

// RolloutStep raises a split to a share, and waits before the next step.
type RolloutStep struct {
	PPM      int   `json:"ppm"`                // parts per million
	Wait     int64 `json:"wait,omitempty"`     // milliseconds; of the last step it means nothing
	At       int64 `json:"at,omitempty"`       // when it was made; 0 is not yet
	Revision int64 `json:"revision,omitempty"` // that it was made as
}

// RolloutPlan says what is raised, and in which steps: what a flag serves in an
// environment, or the share of units in an experiment.
type RolloutPlan struct {
	Environment string        `json:"environment"` // of an experiment it may be left out
	Flag        string        `json:"flag,omitempty"`
	Experiment  string        `json:"experiment,omitempty"` // instead of Flag
	Rule        string        `json:"rule,omitempty"`       // the rule's id; empty is the default
	Variation   string        `json:"variation,omitempty"`  // the one that is raised
	Rest        string        `json:"rest,omitempty"`       // what the others get, where it is the program's own default
	By          string        `json:"by,omitempty"`         // the unit of a split that is new; empty is targetingKey
	Steps       []RolloutStep `json:"steps"`
}

// Rollout is a split that is raised step by step.
type Rollout struct {
	RolloutPlan
	Project              string
	Number               int64
	State                RolloutState
	Made                 int           // how many steps were made
	NextAt               int64         // when the next is due; 0 while none is
	Remaining            int64         // while it is paused: how long the next still waits, in milliseconds
	Problem              string        // why it is paused; empty when a person paused it
	Paused               *RolloutPause // who paused it; nil while it is not
	Request              int64         // the change request that it began with; 0 is none
	Author               Author        // who began it, and whose rights its steps use
	CreatedAt, UpdatedAt int64
	Attempts             int   // to make the next step that failed, one after the other
	RetryAt              int64 // when it is tried again
}

// RolloutPause says who paused a rollout, and why. Of one that paused because
// something was changed it is who changed that.
type RolloutPause struct {
	At      int64
	Author  Author
	Comment string // empty where nothing was said
}

// RolloutFilter selects rollouts; zero fields do not select.
type RolloutFilter struct {
	Environment string
	Flag        string
	Experiment  string
	Live        bool // only those that run or are paused
	Before      int64
	Limit       int // 0 is 50; at most 200
}

// check refuses steps that are none. It settles the waits.
func (p *RolloutPlan) check() error {
	bad := func(field, format string, args ...any) error {
		return fault.New(fault.Invalid, "rollout_invalid", "The rollout is not well formed: "+format, args...).WithField(field, format, args...)
	}
	if (p.Flag == "") == (p.Experiment == "") {
		return bad("flag", "name a flag or an experiment")
	}
	if p.Flag != "" && (p.Environment == "" || p.Variation == "") {
		return bad("variation", "of a flag name the environment and the variation that is raised")
	}
	if p.Experiment != "" && (p.Rule != "" || p.Variation != "" || p.Rest != "" || p.By != "") {
		return bad("experiment", "the arms of an experiment are raised together; name only its steps")
	}
	if len(p.Steps) == 0 || len(p.Steps) > maxRolloutSteps {
		return bad("steps", "takes 1 to %d steps", maxRolloutSteps)
	}
	for i := range p.Steps {
		step := &p.Steps[i]
		step.At, step.Revision = 0, 0
		if step.PPM <= 0 || step.PPM > ruleset.Whole || i > 0 && step.PPM <= p.Steps[i-1].PPM {
			return bad("steps", "each step has a larger share than the one before, up to 100 %%")
		}
		if i == len(p.Steps)-1 {
			step.Wait = 0
		} else if step.Wait < minRolloutWait.Milliseconds() || step.Wait > maxRolloutWait.Milliseconds() {
			return bad("steps", "a step waits from one second to 366 days before the next")
		}
	}
	return nil
}

func (p RolloutPlan) kind() document.Kind {
	if p.Experiment != "" {
		return document.ExperimentKind
	}
	return document.ConfigurationKind
}

func (p RolloutPlan) object() string { return cmp.Or(p.Experiment, p.Flag) }

// place names what is raised.
func (p RolloutPlan) place() string {
	switch {
	case p.Experiment != "":
		return "experiment " + p.Experiment
	case p.Rule != "":
		return fmt.Sprintf("%s in %s, rule %s", p.Flag, p.Environment, p.Rule)
	}
	return fmt.Sprintf("%s in %s", p.Flag, p.Environment)
}

// words say the steps in a line.
func (p RolloutPlan) words() string {
	var b strings.Builder
	if p.Variation != "" {
		b.WriteString(p.Variation + " ")
	}
	for i, step := range p.Steps {
		if i > 0 {
			fmt.Fprintf(&b, " → %s later ", durationWords(p.Steps[i-1].Wait))
		}
		b.WriteString(ruleset.FormatPercent(step.PPM) + " %")
	}
	return b.String()
}

// durationWords says a time span as 90m, 2h or 3d.
func durationWords(ms int64) string {
	d := time.Duration(ms) * time.Millisecond
	switch {
	case d%(24*time.Hour) == 0:
		return fmt.Sprintf("%d d", d/(24*time.Hour))
	case d%time.Hour == 0:
		return fmt.Sprintf("%d h", d/time.Hour)
	case d%time.Minute == 0:
		return fmt.Sprintf("%d min", d/time.Minute)
	}
	return fmt.Sprintf("%g s", d.Seconds())
}

// rolloutState is what the record keeps of a rollout.
type rolloutState struct {
	RolloutPlan
	Event   string `json:"event"`
	Made    int    `json:"made"`
	Problem string `json:"problem,omitempty"`
}

func rolloutSentences(c Change) []string {
	var r rolloutState
	decode(c.After, &r)
	words := fmt.Sprintf("rollout %s of %s: %s", c.Object, r.place(), r.Event)
	switch {
	case r.Event == eventBegan:
		words += ", " + r.words()
	case r.Problem != "":
		words += ", " + r.Problem
	case r.Made > 0 && r.Made <= len(r.Steps):
		words += " at " + ruleset.FormatPercent(r.Steps[r.Made-1].PPM) + " %"
	}
	return []string{words}
}

// What happens to a rollout, as the record says it. A step is a revision, and has
// no entry of its own.
const (
	eventBegan      = "begun"
	eventPaused     = "paused"
	eventResumed    = "resumed"
	eventStopped    = "stopped"
	eventRolledBack = "rolled back"
	eventDone       = "done"
)

// ramp is a rollout in a transaction that writes.
type ramp struct {
	*edit
	row RolloutRow
}

func (r *ramp) environment() string { return r.environmentKeys()[r.row.EnvironmentID] }

func (r *ramp) plan() RolloutPlan { return planOfRow(r.row, r.environment()) }

func planOfRow(row RolloutRow, environment string) RolloutPlan {
	p := RolloutPlan{Environment: environment, Rule: row.Rule, Variation: row.Variation, Rest: row.Rest, By: row.By, Steps: row.Steps}
	if row.Kind == document.ExperimentKind {
		p.Experiment = row.Object
	} else {
		p.Flag = row.Object
	}
	return p
}

// put writes the rollout, and with an event the entry of the record.
func (r *ramp) put(event string) error {
	action := ActionUpdate
	if r.row.Number == 0 {
		action = ActionCreate
	}
	r.row.UpdatedAt = r.now
	number, err := r.tx.PutRollout(r.row)
	if err != nil {
		return err
	}
	r.row.Number, r.requested = number, true
	if event == "" {
		return nil
	}
	r.also = append(r.also, ChangeRow{
		Kind: RolloutKind, Object: strconv.FormatInt(number, 10), Action: action, Comment: r.comment,
		Environment: r.environment(), EnvironmentID: r.row.EnvironmentID,
		After: jsonOf(rolloutState{RolloutPlan: r.plan(), Event: event, Made: r.row.Made, Problem: r.row.Problem}),
	})
	return nil
}

// begin makes the command of a plan's first step. What it returns is written when
// the revision is there.
func (e *edit) begin(p RolloutPlan) (*ramp, error) {
	r, err := e.prepared(p)
	if err != nil {
		return nil, err
	}
	return r, r.raise()
}

// prepared is a rollout that has made no step yet.
func (e *edit) prepared(p RolloutPlan) (*ramp, error) {
	if err := p.check(); err != nil {
		return nil, err
	}
	if p.Experiment != "" {
		x, err := e.experiment(p.Experiment)
		if err != nil {
			return nil, err
		}
		p.Environment = x.Environment
	}
	environment, err := e.environment(p.Environment)
	if err != nil {
		return nil, err
	}
	live, err := e.reader.Rollouts(RolloutQuery{
		ProjectID: e.row.ID, EnvironmentID: environment.ID, Kind: p.kind(), Object: p.object(), States: liveRollouts, Limit: 1,
	})
	if err != nil {
		return nil, err
	}
	if len(live) > 0 {
		return nil, fault.New(fault.Conflict, "rollout_live", "%s has the rollout %d, which is %s; stop that one first", p.place(), live[0].Number, live[0].State)
	}
	return &ramp{edit: e, row: RolloutRow{
		ProjectID: e.row.ID, EnvironmentID: environment.ID, Kind: p.kind(), Object: p.object(),
		Rule: p.Rule, Variation: p.Variation, Rest: p.Rest, By: p.By, State: RolloutRunning, Steps: p.Steps,
		Began: e.project.Stored(p.kind(), p.Environment, p.object()), Approvals: environment.Approvals, CreatedAt: e.now,
	}}, nil
}

// raise makes the command of the next step.
func (r *ramp) raise() error {
	step := r.row.Steps[r.row.Made]
	if r.row.Kind == document.ExperimentKind {
		x, err := r.experiment(r.row.Object)
		if err != nil {
			return err
		}
		if x.State != document.Running {
			return fault.New(fault.Conflict, "rollout_idle", "The experiment %s does not run; start it first", r.row.Object)
		}
		if x, err = document.RaiseArms(x, step.PPM); err != nil {
			return err
		}
		return r.merge(&document.File{Experiments: map[string]document.Experiment{r.row.Object: x}})
	}
	f, err := r.live(r.row.Object)
	if err != nil {
		return err
	}
	if f.Variation(r.row.Variation) < 0 {
		return fault.New(fault.Invalid, "rollout_invalid", "The flag %s has no variation %q", r.row.Object, r.row.Variation).
			WithField("variation", "is not one of the flag's")
	}
	environment := r.environment()
	c := configurationOf(r.project, environment, r.row.Object, f.Type)
	if !c.Enabled {
		return fault.New(fault.Conflict, "rollout_idle", "The flag %s is off in %s; switch it on first", r.row.Object, environment)
	}
	c.Rules = slices.Clone(c.Rules)
	place, err := placeIn(c, r.row.Rule)
	if err != nil {
		return err
	}
	if *place, err = document.Raise(*place, r.row.Variation, r.row.Rest, r.row.By, step.PPM); err != nil {
		return err
	}
	return r.configure(r.row.Object, environment, c)
}

// placeIn is what a rule serves, or the default.
func placeIn(c *document.Configuration, rule string) (*document.Serve, error) {
	if rule == "" {
		return &c.Default, nil
	}
	at := slices.IndexFunc(c.Rules, func(r document.Rule) bool { return r.ID == rule })
	if at < 0 {
		return nil, fault.New(fault.NotFound, "rule_not_found", "There is no rule %q", rule).WithField("rule", "is not one of the flag's rules there")
	}
	return &c.Rules[at].Serve, nil
}

// stepped notes that the next step was made as a revision.
func (r *ramp) stepped(raised map[string]int64) {
	environment := r.environment()
	row := &r.row
	row.Steps = slices.Clone(row.Steps)
	step := &row.Steps[row.Made]
	step.At, step.Revision = r.now, cmp.Or(raised[environment], r.revisions()[environment])
	row.Made++
	row.Problem, row.Attempts, row.RetryAt, row.Remaining, row.NextAt = "", 0, 0, 0, r.now+step.Wait
	present := r.project
	if r.next != nil {
		present = r.next
	}
	row.Remains = present.Stored(row.Kind, environment, row.Object)
	row.State = RolloutRunning
	if row.Made == len(row.Steps) {
		row.State, row.NextAt = RolloutDone, 0
	}
}

// begun writes a rollout whose first step was made.
func (r *ramp) begun(actor account.Actor, raised map[string]int64) error {
	r.row.Author, r.row.Person = Author{Kind: actor.Kind, ID: actor.ID, Name: actor.Name}, personOf(actor)
	r.stepped(raised)
	err := r.put(eventBegan)
	r.rollout = r.row.Number
	if err == nil && r.row.State == RolloutDone {
		err = r.put(eventDone)
	}
	return err
}

// StartRollout makes the first step of a rollout at once, and has the others made
// at their times. It takes the rights and the approvals that its steps take; where
// approvals are needed it is proposed as a change request instead.
func (s *Service) StartRollout(ctx context.Context, actor account.Actor, project string, plan RolloutPlan, opts WriteOptions) (Rollout, error) {
	var number int64
	_, err := s.commit(ctx, actor, command{project: project, opts: opts}, func(e *edit) error {
		r, err := e.begin(plan)
		if err != nil {
			return err
		}
		e.comment = strings.TrimSpace(fmt.Sprintf("rollout of %s begins: %s\n%s", plan.place(), plan.words(), e.comment))
		e.finish = func(raised map[string]int64) error {
			err := r.begun(actor, raised)
			number = r.row.Number
			return err
		}
		return nil
	})
	if err != nil {
		return Rollout{}, err
	}
	return s.Rollout(ctx, actor, project, number)
}

// untouched checks that what the rollout left is there as it left it: what somebody
// set by hand is not overwritten.
func (r *ramp) untouched() error {
	live := r.project.Stored(r.row.Kind, r.environment(), r.row.Object)
	if r.same(live) {
		return nil
	}
	if r.row.Kind == document.ConfigurationKind && r.project.Archived[r.row.Object] {
		return archivedFault(r.row.Object)
	}
	by, err := r.lastChange(ObjectRef{r.row.Kind, r.row.Object, r.plan().Environment})
	if err != nil {
		return err
	}
	return fault.New(fault.Conflict, "rollout_overtaken",
		"%s changed what the rollout %d of %s left; what was set by hand stays. Stop the rollout, and begin another from there",
		by.Author, r.row.Number, r.plan().place())
}

// same says whether an object serves at the rollout's place what it left there.
func (r *ramp) same(live json.RawMessage) bool {
	if live == nil {
		return false
	}
	if r.row.Kind == document.ExperimentKind {
		var left, now document.Experiment
		return json.Unmarshal(r.row.Remains, &left) == nil && json.Unmarshal(live, &now) == nil && document.SameArms(left, now)
	}
	var left, now document.Configuration
	if json.Unmarshal(r.row.Remains, &left) != nil || json.Unmarshal(live, &now) != nil {
		return false
	}
	was, err := placeIn(&left, r.row.Rule)
	if err != nil {
		return false
	}
	is, err := placeIn(&now, r.row.Rule)
	return err == nil && document.SameServe(*was, *is)
}

// onRollout is the way of what people do to a rollout: with a right where it is, and
// while it is in one of some states.
func (s *Service) onRollout(ctx context.Context, actor account.Actor, project string, number int64, cmd command, states []RolloutState, do func(*ramp) error) (Rollout, error) {
	cmd.project, cmd.found, cmd.approved = project, true, map[string]int{}
	_, err := s.commit(ctx, actor, cmd, func(e *edit) error {
		row, err := e.reader.Rollout(e.row.ID, number)
		if err != nil {
			return err
		}
		r := &ramp{edit: e, row: row}
		e.rollout = number
		if err := account.Can(actor, cmd.action, account.Scope{Project: project, Environment: r.environment()}); err != nil {
			return err
		}
		if !slices.Contains(states, row.State) {
			return fault.New(fault.Conflict, "rollout_"+string(row.State), "The rollout %d is %s", number, strings.ReplaceAll(string(row.State), "_", " "))
		}
		clear(cmd.approved)
		cmd.approved[r.environment()] = row.Approvals
		return do(r)
	})
	if err != nil {
		return Rollout{}, err
	}
	return s.Rollout(ctx, actor, project, number)
}

// PauseRollout keeps a rollout where it is until it is resumed. It takes the right
// to switch off, and no approval.
func (s *Service) PauseRollout(ctx context.Context, actor account.Actor, project string, number int64, opts WriteOptions) (Rollout, error) {
	cmd := command{action: account.SwitchOff, opts: opts}
	return s.onRollout(ctx, actor, project, number, cmd, []RolloutState{RolloutRunning}, func(r *ramp) error {
		r.pause("")
		return r.put(eventPaused)
	})
}

func (r *ramp) pause(problem string) {
	row := &r.row
	row.State, row.Problem = RolloutPaused, problem
	row.Remaining, row.NextAt, row.Attempts, row.RetryAt = max(0, row.NextAt-r.now), 0, 0, 0
}

// ResumeRollout lets a rollout go on: its wait goes on where it was interrupted.
// What was set by hand at its place meanwhile is not overwritten: it is refused.
func (s *Service) ResumeRollout(ctx context.Context, actor account.Actor, project string, number int64, opts WriteOptions) (Rollout, error) {
	cmd := command{action: account.Publish, opts: opts}
	return s.onRollout(ctx, actor, project, number, cmd, []RolloutState{RolloutPaused}, func(r *ramp) error {
		if err := r.goesOn(actor, cmd); err != nil {
			return err
		}
		r.row.State, r.row.Problem, r.row.NextAt, r.row.Remaining = RolloutRunning, "", r.now+r.row.Remaining, 0
		// Whoever lets it go on answers for what comes.
		r.row.Author, r.row.Person = Author{Kind: actor.Kind, ID: actor.ID, Name: actor.Name}, personOf(actor)
		return r.put(eventResumed)
	})
}

// goesOn checks that the next step could be made now.
func (r *ramp) goesOn(actor account.Actor, cmd command) error {
	if err := r.untouched(); err != nil {
		return err
	}
	try := &ramp{edit: (&request{edit: r.edit}).fresh(), row: r.row}
	if err := try.raise(); err != nil {
		return err
	}
	_, err := try.check(actor, command{project: r.view.row.Key, action: cmd.action, approved: map[string]int{r.environment(): r.row.Approvals}})
	return err
}

// AdvanceRollout makes the next step now, without the rest of the wait.
func (s *Service) AdvanceRollout(ctx context.Context, actor account.Actor, project string, number int64, opts WriteOptions) (Rollout, error) {
	cmd := command{action: account.Publish, opts: opts}
	return s.onRollout(ctx, actor, project, number, cmd, liveRollouts, (*ramp).step)
}

// step makes the next step of a rollout that nobody has touched.
func (r *ramp) step() error {
	if err := r.untouched(); err != nil {
		return err
	}
	if err := r.raise(); err != nil {
		return err
	}
	step := r.row.Steps[r.row.Made]
	r.comment = strings.TrimSpace(fmt.Sprintf("rollout %d, step %d of %d: %s %%\n%s",
		r.row.Number, r.row.Made+1, len(r.row.Steps), ruleset.FormatPercent(step.PPM), r.comment))
	r.finish = func(raised map[string]int64) error {
		r.stepped(raised)
		if r.row.State == RolloutDone {
			return r.put(eventDone)
		}
		return r.put("")
	}
	return nil
}

// StopRollout ends a rollout where it is.
func (s *Service) StopRollout(ctx context.Context, actor account.Actor, project string, number int64, opts WriteOptions) (Rollout, error) {
	cmd := command{action: account.SwitchOff, opts: opts}
	return s.onRollout(ctx, actor, project, number, cmd, liveRollouts, func(r *ramp) error {
		r.row.State, r.row.NextAt, r.row.Remaining, r.row.Problem = RolloutStopped, 0, 0, ""
		return r.put(eventStopped)
	})
}

// RollBackRollout puts what a rollout raised back to where it began, as a new
// revision. Like Off it takes the right to switch off, and no approval. Of one that
// is done it goes for a day.
func (s *Service) RollBackRollout(ctx context.Context, actor account.Actor, project string, number int64, opts WriteOptions) (Rollout, error) {
	cmd := command{action: account.SwitchOff, opts: opts}
	return s.onRollout(ctx, actor, project, number, cmd, append([]RolloutState{RolloutDone}, liveRollouts...), func(r *ramp) error {
		if r.row.State == RolloutDone && r.now-r.row.UpdatedAt > rolledBackWithin.Milliseconds() {
			return fault.New(fault.Conflict, "rollout_done", "The rollout %d was done over a day ago; roll %s back in its history", number, r.plan().place())
		}
		if err := r.untouched(); err != nil {
			return err
		}
		if err := r.back(); err != nil {
			return err
		}
		r.comment = strings.TrimSpace(fmt.Sprintf("rollout %d rolled back\n%s", number, r.comment))
		r.finish = func(map[string]int64) error {
			r.row.State, r.row.NextAt, r.row.Remaining, r.row.Problem = RolloutRolledBack, 0, 0, ""
			return r.put(eventRolledBack)
		}
		return nil
	})
}

// back makes the command of going back to where the rollout began, with the table
// of then.
func (r *ramp) back() error {
	next := r.project.Edit()
	if r.row.Kind == document.ExperimentKind {
		now, err := r.experiment(r.row.Object)
		if err != nil {
			return err
		}
		var then document.Experiment
		if err := json.Unmarshal(r.row.Began, &then); err != nil {
			return fmt.Errorf("catalog: read where the rollout %d began: %w", r.row.Number, err)
		}
		x := now
		x.Arms, x.Table, x.Past = then.Arms, then.Table, then.Past
		next.PutExperiment(r.row.Object, x.InPlaceOf(now))
		return r.propose(next)
	}
	f, err := r.live(r.row.Object)
	if err != nil {
		return err
	}
	environment := r.environment()
	then := document.Unconfigured(f.Type)
	if r.row.Began != nil {
		then = new(document.Configuration)
		if err := json.Unmarshal(r.row.Began, then); err != nil {
			return fmt.Errorf("catalog: read where the rollout %d began: %w", r.row.Number, err)
		}
	}
	was, err := placeIn(then, r.row.Rule)
	if err != nil {
		return err
	}
	c := configurationOf(r.project, environment, r.row.Object, f.Type)
	c.Rules = slices.Clone(c.Rules)
	is, err := placeIn(c, r.row.Rule)
	if err != nil {
		return err
	}
	*is = *was
	next.PutConfiguration(environment, r.row.Object, c)
	return r.propose(next)
}

// Rollouts lists rollouts, newest first. next is the Before of the page after; 0 at
// the end.
func (s *Service) Rollouts(ctx context.Context, actor account.Actor, project string, filter RolloutFilter) (page []Rollout, next int64, err error) {
	if err := account.Can(actor, account.Read, account.Scope{Project: project}); err != nil {
		return nil, 0, err
	}
	limit := min(cmp.Or(max(filter.Limit, 0), pageSize), maxPage)
	page = []Rollout{}
	err = s.store.Read(ctx, func(r Reader) error {
		row, err := r.Project(project)
		if err != nil {
			return err
		}
		v := view{row: row}
		query := RolloutQuery{ProjectID: row.ID, Before: filter.Before, Limit: limit + 1, Object: cmp.Or(filter.Flag, filter.Experiment)}
		if filter.Flag != "" {
			query.Kind = document.ConfigurationKind
		} else if filter.Experiment != "" {
			query.Kind = document.ExperimentKind
		}
		if filter.Live {
			query.States = liveRollouts
		}
		if filter.Environment != "" {
			environment, err := v.environment(filter.Environment)
			if err != nil {
				return err
			}
			query.EnvironmentID = environment.ID
		}
		rows, err := r.Rollouts(query)
		if err != nil {
			return err
		}
		if len(rows) > limit {
			rows = rows[:limit]
			next = rows[limit-1].Number
		}
		for _, row := range rows {
			one, err := v.rollout(r, row)
			if err != nil {
				return err
			}
			page = append(page, one)
		}
		return nil
	})
	return page, next, err
}

// Rollout returns one.
func (s *Service) Rollout(ctx context.Context, actor account.Actor, project string, number int64) (Rollout, error) {
	if err := account.Can(actor, account.Read, account.Scope{Project: project}); err != nil {
		return Rollout{}, err
	}
	var out Rollout
	err := s.store.Read(ctx, func(r Reader) error {
		project, err := r.Project(project)
		if err != nil {
			return err
		}
		row, err := r.Rollout(project.ID, number)
		if err == nil {
			out, err = view{row: project}.rollout(r, row)
		}
		return err
	})
	return out, err
}

// rollout is one as it is told, with who paused it as the record has it.
func (v view) rollout(r Reader, row RolloutRow) (Rollout, error) {
	out := Rollout{
		RolloutPlan: planOfRow(row, v.environmentKeys()[row.EnvironmentID]), Project: v.row.Key, Number: row.Number, State: row.State, Made: row.Made,
		NextAt: row.NextAt, Remaining: row.Remaining, Problem: row.Problem, Request: row.Request, Author: row.Author,
		CreatedAt: row.CreatedAt, UpdatedAt: row.UpdatedAt, Attempts: row.Attempts, RetryAt: row.RetryAt,
	}
	if row.State != RolloutPaused {
		return out, nil
	}
	// Nothing happens to a rollout without an entry while it is paused: the newest is the pause.
	entries, err := r.Changes(ChangeQuery{ProjectID: row.ProjectID, Kind: RolloutKind, Object: strconv.FormatInt(row.Number, 10), Limit: 1})
	if err == nil && len(entries) > 0 {
		out.Paused = &RolloutPause{At: entries[0].At, Author: entries[0].Author, Comment: entries[0].Comment}
	}
	return out, err
}

// holdRollouts pauses the rollouts of what somebody else changes: they go on when a
// person says so.
func (e *edit) holdRollouts(actor account.Actor, cmd command, raised map[string]int64) error {
	if cmd.action == account.Declare {
		return nil
	}
	changed := map[ObjectRef]bool{}
	for _, c := range e.changes {
		switch {
		case c.Kind == document.ConfigurationKind, c.Kind == document.ExperimentKind:
			changed[ObjectRef{c.Kind, c.Object, c.Environment}] = true
		case c.Kind == document.FlagKind && e.actions[c.Object] == ActionArchive:
			for _, environment := range e.row.Environments {
				changed[ObjectRef{document.ConfigurationKind, c.Object, environment.Key}] = true
			}
		}
	}
	if len(changed) == 0 {
		return nil
	}
	running, err := e.tx.Rollouts(RolloutQuery{ProjectID: e.row.ID, States: []RolloutState{RolloutRunning}, Limit: maxRollouts})
	for _, row := range running {
		r := &ramp{edit: e, row: row}
		environment := r.environment()
		if row.Number == e.rollout || !changed[ObjectRef{row.Kind, row.Object, environment}] {
			continue
		}
		r.pause(fmt.Sprintf("%s changed it by hand, revision %d", actor.Name, raised[environment]))
		if err := r.put(eventPaused); err != nil {
			return err
		}
	}
	return err
}

// maxRollouts bounds how many rollouts of a project are looked at with a change.
const maxRollouts = 10_000
