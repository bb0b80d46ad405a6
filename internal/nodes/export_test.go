package nodes

import "context"

// Turn listens and tells once, as Run does each second.
func (x *Exchange) Turn(ctx context.Context) { x.turn(ctx) }
