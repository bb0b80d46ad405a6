package deliverytest

import (
	"context"

	"burgee.dev/burgee/internal/delivery"
)

// Start runs a Manager until stop is called, which returns what Run did.
func Start(m *delivery.Manager) (stop func() error) {
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- m.Run(ctx) }()
	return func() error {
		cancel()
		return <-done
	}
}
