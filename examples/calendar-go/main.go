// Calendar is the guide's service in Go: it answers what day it is, and a flag
// declared here decides whether that is a special day.
//
//	BURGEE_KEY=bgs_… go run . & curl http://127.0.0.1:5001/calendar/api/v1.0/whatistoday
package main

import (
	"encoding/json"
	"log"
	"log/slog"
	"net"
	"net/http"
	"os"

	burgee "burgee.dev/burgee/sdk"
)

// flags is the container: each field is a flag, its key is the namespace and
// the field's name, and it appears in the dashboard by itself.
var flags struct {
	IsHoliday burgee.Bool // Flags.isHoliday
}

type day struct {
	Day         string `json:"day"`
	Title       string `json:"title"`
	Description string `json:"description"`
}

var (
	normalDay  = day{"normal", "A day like any other", "Nothing special today."}
	specialDay = day{"special", "Today is a holiday", "Take the day off!"}
)

func whatIsToday(w http.ResponseWriter, r *http.Request) {
	today := normalDay
	if flags.IsHoliday.Enabled(r.Context()) {
		today = specialDay
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(today)
}

// attributes tells the flags what this service knows about a request.
func attributes(r *http.Request) map[string]any {
	known := map[string]any{}
	if user := r.Header.Get("X-User"); user != "" {
		known["targetingKey"] = user
	}
	app := map[string]any{}
	if platform := r.Header.Get("X-Platform"); platform != "" {
		app["platform"] = platform
	}
	if version := r.Header.Get("X-App-Version"); version != "" {
		app["version"] = version
	}
	if len(app) > 0 {
		known["app"] = app
	}
	return known
}

func fetched(f burgee.Fetched) {
	if f.Err != nil {
		log.Printf("configuration not fetched: %v", f.Err)
		return
	}
	log.Printf("configuration fetched, has changes: %t", f.HasChanges)
}

func main() {
	client, err := burgee.New(burgee.Options{
		Application: "calendar-go",
		Version:     "1.0.0",
		Logger:      slog.New(slog.NewTextHandler(os.Stderr, nil)),
		OnFetched:   fetched,
	})
	if err != nil {
		log.Fatal(err)
	}
	defer client.Close()
	if err := client.Register("Flags", &flags); err != nil {
		log.Fatal(err)
	}

	mux := http.NewServeMux()
	mux.HandleFunc("GET /calendar/api/v1.0/whatistoday", whatIsToday)
	port := os.Getenv("PORT")
	if port == "" {
		port = "5001"
	}
	address := net.JoinHostPort("127.0.0.1", port)
	log.Printf("calendar on http://%s/calendar/api/v1.0/whatistoday", address)
	log.Fatal(http.ListenAndServe(address, client.Middleware(attributes)(mux)))
}
