package burgee

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"burgee.dev/burgee/sdk/internal/backoff"
	"burgee.dev/burgee/sdk/ruleset"
)

// declaration is what the program says of one flag.
type declaration struct {
	Key         string            `json:"key"`
	Type        string            `json:"type"`
	Default     json.RawMessage   `json:"default"`
	Options     []json.RawMessage `json:"options,omitempty"`
	Description string            `json:"description,omitempty"`
}

type registration struct {
	Application application   `json:"application"`
	Flags       []declaration `json:"flags"`
}

const (
	registrationLimit = 1000 // flags in one call
	// registrationRepeat is how often the flags are reported again. It heals what
	// a server took and then lost or left out; known flags cost it nothing.
	registrationRepeat = time.Hour
)

// Register declares the flags in container, a pointer to a struct with fields
// of the types Bool, String, Int, Float and JSON, under the namespace. The key
// of a flag is the namespace, a dot and the field's name with its leading
// capitals lowered (IsHoliday → "Flags.isHoliday"); an empty namespace gives
// the bare name. Field tags: `burgee:"key"` names the key after the namespace,
// `default:"…"` the value served without configuration, `options:"a,b"`
// further values that the program knows, `description:"…"` a word for people.
//
// Register may be called before or after the connection stands; the server
// learns of the flags in the background. It errs when the container is wrong,
// and then binds no field. It must not run at the same time as an evaluation
// of the same fields. On a nil Client the fields are bound and serve their
// defaults.
func (c *Client) Register(namespace string, container any) error {
	fields, err := flagFields(namespace, container)
	if err != nil {
		return err
	}
	declarations := make([]declaration, 0, len(fields))
	for _, f := range fields {
		d, err := f.flag.declare(f.key, f.tag)
		if err != nil {
			return fmt.Errorf("burgee: field %s: %w", f.name, err)
		}
		declarations = append(declarations, d)
	}
	for i, f := range fields {
		f.flag.bind(c, declarations[i])
	}
	if c != nil {
		c.registrar.add(declarations)
	}
	return nil
}

// declarable is implemented by each flag type.
type declarable interface {
	declare(key string, tag reflect.StructTag) (declaration, error)
	bind(c *Client, d declaration)
}

type flagField struct {
	name, key string
	tag       reflect.StructTag
	flag      declarable
}

var keyPattern = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$`)

// flagFields finds the flags of a container in the order of its fields.
func flagFields(namespace string, container any) ([]flagField, error) {
	v := reflect.ValueOf(container)
	if v.Kind() != reflect.Pointer || v.IsNil() || v.Elem().Kind() != reflect.Struct {
		return nil, fmt.Errorf("burgee: Register needs a pointer to a struct, got %T; write client.Register(%q, &flags)", container, namespace)
	}
	v = v.Elem()
	var fields []flagField
	for i := range v.NumField() {
		sf := v.Type().Field(i)
		if !sf.IsExported() {
			continue
		}
		flag, ok := v.Field(i).Addr().Interface().(declarable)
		if !ok {
			continue
		}
		name := first(sf.Tag.Get("burgee"), ruleset.FieldKey(sf.Name))
		key := name
		if namespace != "" {
			key = namespace + "." + name
		}
		if !keyPattern.MatchString(key) {
			return nil, fmt.Errorf("burgee: field %s: %q is not a flag key; use letters, digits, '.', '_' and '-', 128 at most", sf.Name, key)
		}
		fields = append(fields, flagField{sf.Name, key, sf.Tag, flag})
	}
	if len(fields) == 0 {
		return nil, fmt.Errorf("burgee: %s holds no burgee flags; declare exported fields of type burgee.Bool, String, Int, Float or JSON", v.Type())
	}
	return fields, nil
}

// tagValues reads the default and the options of a field's tag with parse.
func tagValues[T any](tag reflect.StructTag, zero T, parse func(string) (T, error)) (def T, options []json.RawMessage, err error) {
	def = zero
	if text, ok := tag.Lookup("default"); ok {
		if def, err = parse(text); err != nil {
			return def, nil, fmt.Errorf("the tag default:%q is no value of this flag's type", text)
		}
	}
	text, ok := tag.Lookup("options")
	if !ok {
		return def, nil, nil
	}
	for option := range strings.SplitSeq(text, ",") {
		value, err := parse(strings.TrimSpace(option))
		if err != nil {
			return def, nil, fmt.Errorf("the option %q is no value of this flag's type", option)
		}
		raw, err := json.Marshal(value)
		if err != nil {
			return def, nil, err
		}
		options = append(options, raw)
	}
	return def, options, nil
}

func parseText(s string) (string, error)   { return s, nil }
func parseInt(s string) (int64, error)     { return strconv.ParseInt(s, 10, 64) }
func parseFloat(s string) (float64, error) { return strconv.ParseFloat(s, 64) }

// registrar tells the server about declared flags, again and again until it
// knows.
type registrar struct {
	mu       sync.Mutex // guards declared and order
	declared map[string]declaration
	order    []string

	dirty chan struct{} // capacity 1, a full one means "already asked"
}

func newRegistrar() *registrar {
	return &registrar{declared: map[string]declaration{}, dirty: make(chan struct{}, 1)}
}

func (r *registrar) add(declarations []declaration) {
	r.mu.Lock()
	for _, d := range declarations {
		if _, known := r.declared[d.Key]; !known {
			r.order = append(r.order, d.Key)
		}
		r.declared[d.Key] = d
	}
	r.mu.Unlock()
	r.again()
}

// again asks for all flags to be reported once more, as to a server whose
// store was made anew.
func (r *registrar) again() {
	select {
	case r.dirty <- struct{}{}:
	default:
	}
}

func (r *registrar) all() []declaration {
	r.mu.Lock()
	defer r.mu.Unlock()
	all := make([]declaration, 0, len(r.order))
	for _, key := range r.order {
		all = append(all, r.declared[key])
	}
	return all
}

// run reports until ctx ends.
func (r *registrar) run(ctx context.Context, c *Client) {
	policy := backoff.Policy{Random: rand.Float64}
	for {
		select {
		case <-ctx.Done():
			return
		case <-r.dirty:
		case <-time.After(jittered(registrationRepeat)):
		}
		for {
			err := r.report(ctx, c)
			if err == nil || ctx.Err() != nil {
				policy.Reset()
				break
			}
			if !wait(ctx, retryDelay(&policy, err)) {
				return
			}
		}
	}
}

func (r *registrar) report(ctx context.Context, c *Client) error {
	for chunk := range slices.Chunk(r.all(), registrationLimit) {
		err := c.transport.register(ctx, registration{c.app, chunk})
		if refused, ok := errors.AsType[*refusal](err); ok && refused.Status >= 400 && refused.Status < 500 && refused.RetryAfter == 0 && !refused.keyRefused() {
			c.log.Error("burgee: the server refused the flags that this program declares", "error", refused)
			continue
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func retryDelay(policy *backoff.Policy, err error) time.Duration {
	refused, ok := errors.AsType[*refusal](err)
	if !ok {
		return policy.AfterFailure(0)
	}
	if refused.keyRefused() {
		return backoff.Refused
	}
	return policy.AfterFailure(refused.RetryAfter)
}

func wait(ctx context.Context, d time.Duration) bool {
	select {
	case <-ctx.Done():
		return false
	case <-time.After(d):
		return true
	}
}
