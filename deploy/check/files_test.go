package check

import (
	"bytes"
	"io"
	"os"
	"testing"
)

func read(t *testing.T, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func open(t *testing.T, name string) io.Reader {
	t.Helper()
	return bytes.NewReader(read(t, name))
}
