package store_test

import (
	"context"
	"errors"
	"slices"
	"testing"

	"burgee.dev/burgee/internal/catalog"
	"burgee.dev/burgee/internal/store"
)

func TestEveryTransactionIsObservedWithItsOutcome(t *testing.T) {
	var ended []string
	s, err := store.Open(t.Context(), store.Options{Dir: t.TempDir(), Observe: func(_ context.Context, operation string) func(error) {
		return func(err error) {
			if err != nil {
				operation += " failed"
			}
			ended = append(ended, operation)
		}
	}})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.Close() }()
	refused := errors.New("refused")
	for _, tt := range []struct {
		name string
		do   func() error
		want []string
	}{
		{"a read", func() error { return s.Read(t.Context(), func(catalog.Reader) error { return nil }) }, []string{"read"}},
		{"a read that fails", func() error { return s.Read(t.Context(), func(catalog.Reader) error { return refused }) }, []string{"read failed"}},
		{"a write", func() error { return s.Write(t.Context(), func(catalog.Tx) error { return nil }) }, []string{"wait", "commit", "write"}},
		{"a write that is refused", func() error { return s.Write(t.Context(), func(catalog.Tx) error { return refused }) }, []string{"wait", "write failed"}},
	} {
		ended = nil
		err := tt.do()
		if err != nil && !errors.Is(err, refused) {
			t.Fatal(err)
		}
		if !slices.Equal(ended, tt.want) {
			t.Errorf("%s: %q, want %q", tt.name, ended, tt.want)
		}
	}
}
