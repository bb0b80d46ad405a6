//go:build !linux && !darwin

package store

import "errors"

func diskSpace(string) (Space, error) { return Space{}, errors.ErrUnsupported }
