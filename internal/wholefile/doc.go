// Package wholefile writes files that are there whole or not at all, however a
// process or a machine ends, and takes files away for good. What it has
// acknowledged is on the disk, the name too.
package wholefile
