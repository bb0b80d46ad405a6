package main

import (
	"encoding/json"
	"net/http"
	"strconv"
)

// question is the body of a request.
type question struct {
	Context map[string]any `json:"context"`
}

// item is the answer for one flag.
type item struct {
	Key      string   `json:"key"`
	Reason   string   `json:"reason"`
	Value    any      `json:"value"`
	Variant  string   `json:"variant"`
	Metadata metadata `json:"metadata"`
}

type metadata struct {
	Reason   string `json:"reason"`
	Revision int    `json:"revision,omitempty"`
}

type items struct {
	Flags []item `json:"flags"`
}

// reference answers what Burgee answers, of as many bytes, and looks at nothing:
// no key, no flags.
func reference(addr string) error {
	mux := http.NewServeMux()
	mux.HandleFunc("POST "+flagsPath+"/{key}", func(w http.ResponseWriter, r *http.Request) {
		if decode(w, r) {
			answer(w, item{r.PathValue("key"), "TARGETING_MATCH", true, "true", metadata{"RULE", 2}})
		}
	})
	mux.HandleFunc("POST "+flagsPath, func(w http.ResponseWriter, r *http.Request) {
		if !decode(w, r) {
			return
		}
		all := items{Flags: make([]item, 0, bulkFlags)}
		for i := range bulkFlags {
			all.Flags = append(all.Flags, item{Key: "bulk-" + strconv.Itoa(1000+i), Reason: "TARGETING_MATCH", Value: true, Variant: "true", Metadata: metadata{Reason: "RULE"}})
		}
		answer(w, all)
	})
	return http.ListenAndServe(addr, mux)
}

func decode(w http.ResponseWriter, r *http.Request) bool {
	var q question
	if err := json.NewDecoder(r.Body).Decode(&q); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return false
	}
	return true
}

func answer(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(v) // a client that has gone asks nothing more
}
