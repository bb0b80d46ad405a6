package release

import (
	"archive/tar"
	"archive/zip"
	"compress/flate"
	"compress/gzip"
	"errors"
	"io"
	"io/fs"
	"time"
)

// File is one file of an archive.
type File struct {
	Name string // with slashes
	Data []byte
	Mode fs.FileMode // permissions; the owner is nobody in particular
}

// Tar writes files as a gzipped tar, in the order given. All have one time.
func Tar(w io.Writer, files []File, when time.Time) error {
	zipped, err := gzip.NewWriterLevel(w, gzip.BestCompression)
	if err != nil {
		return err
	}
	archive := tar.NewWriter(zipped)
	for _, f := range files {
		header := &tar.Header{
			Format: tar.FormatUSTAR, Typeflag: tar.TypeReg, Name: f.Name,
			Size: int64(len(f.Data)), Mode: int64(f.Mode.Perm()), ModTime: when.UTC().Truncate(time.Second),
		}
		if err := archive.WriteHeader(header); err != nil {
			return err
		}
		if _, err := archive.Write(f.Data); err != nil {
			return err
		}
	}
	return errors.Join(archive.Close(), zipped.Close())
}

// Zip writes files as a zip, as Tar does.
func Zip(w io.Writer, files []File, when time.Time) error {
	archive := zip.NewWriter(w)
	archive.RegisterCompressor(zip.Deflate, func(out io.Writer) (io.WriteCloser, error) {
		return flate.NewWriter(out, flate.BestCompression)
	})
	for _, f := range files {
		header := &zip.FileHeader{Name: f.Name, Method: zip.Deflate, Modified: when.UTC().Truncate(time.Second)}
		header.SetMode(f.Mode.Perm())
		entry, err := archive.CreateHeader(header)
		if err != nil {
			return err
		}
		if _, err := entry.Write(f.Data); err != nil {
			return err
		}
	}
	return archive.Close()
}
