package burgee

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"
)

// maxKeyFile bounds what is read from BURGEE_KEY_FILE, in bytes.
const maxKeyFile = 64 << 10

// keyFromEnvironment is the key in BURGEE_KEY, or in the file that
// BURGEE_KEY_FILE names; empty when neither is set.
func keyFromEnvironment() (string, error) {
	key, path := os.Getenv("BURGEE_KEY"), os.Getenv("BURGEE_KEY_FILE")
	if path == "" {
		return key, nil
	}
	if key != "" {
		return "", errors.New("burgee: BURGEE_KEY and BURGEE_KEY_FILE are both set; keep one")
	}
	key, err := readKey(path)
	if err != nil {
		return "", fmt.Errorf("burgee: BURGEE_KEY_FILE: %w", err)
	}
	return key, nil
}

// readKey reads no further than a key can reach: a device has no size to ask for,
// and may have no end.
func readKey(path string) (string, error) {
	file, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return "", fmt.Errorf("%s does not exist", path)
	}
	if err != nil {
		return "", err
	}
	defer func() { _ = file.Close() }()
	data, err := io.ReadAll(io.LimitReader(file, maxKeyFile+1))
	if err != nil {
		return "", err
	}
	if len(data) > maxKeyFile {
		return "", fmt.Errorf("%s is larger than a key can be", path)
	}
	key := strings.TrimRight(string(data), "\r\n")
	if key == "" {
		return "", fmt.Errorf("%s is empty", path)
	}
	return key, nil
}
