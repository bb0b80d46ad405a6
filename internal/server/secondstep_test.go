package server_test

import (
	"crypto/hmac"
	"crypto/sha1"
	"encoding/base32"
	"encoding/binary"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"burgee.dev/burgee/internal/testkit"
)

// codeOf is what an authenticator app shows some steps from now.
func codeOf(t *testing.T, secret string, steps int64) string {
	t.Helper()
	key, err := base32.StdEncoding.DecodeString(secret)
	if err != nil {
		t.Fatal(err)
	}
	mac := hmac.New(sha1.New, key)
	_ = binary.Write(mac, binary.BigEndian, time.Now().Unix()/30+steps)
	sum := mac.Sum(nil)
	return fmt.Sprintf("%06d", (binary.BigEndian.Uint32(sum[sum[19]&15:])&0x7fffffff)%1000000)
}

func cookieOf(a testkit.Answer) map[string]string {
	cookie, _, _ := strings.Cut(a.Header.Get("Set-Cookie"), ";")
	return map[string]string{"Cookie": cookie}
}

// secondStepLives needs the owner that ownerLives has made.
func secondStepLives(t *testing.T, s *testkit.Server, contract *testkit.Contract) {
	run := func(c testkit.Scenario) testkit.Answer { t.Helper(); return c.Run(t, s, contract) }
	person := obj{"email": "ann@example.com", "password": "correct horse battery"}
	session := cookieOf(run(testkit.Scenario{Method: "POST", Path: "/api/v1/session", As: "-", Body: person, Status: 200, Holds: []string{`"signedIn":true`}, Lacks: []string{`"pending"`}}))
	run(testkit.Scenario{Method: "GET", Path: "/api/v1/account", As: "-", Header: session, Status: 200, Holds: []string{`"totp":false`, `"password":true`, `"identities":[]`}})
	run(testkit.Scenario{Method: "POST", Path: "/api/v1/account/totp", Status: 403, Code: "session_required"})
	run(testkit.Scenario{Method: "PUT", Path: "/api/v1/account/totp", As: "-", Header: session, Body: obj{"code": "123456"}, Status: 409, Code: "totp_not_started"})
	setup := run(testkit.Scenario{Method: "POST", Path: "/api/v1/account/totp", As: "-", Header: session, Status: 201, Holds: []string{`"url":"otpauth://totp/Burgee:`, `"path":"M`}})
	secret := setup.At("secret").(string)
	run(testkit.Scenario{Method: "PUT", Path: "/api/v1/account/totp", As: "-", Header: session, Body: obj{"code": "x"}, Status: 422, Code: "code_wrong", Field: "code"})
	codes := run(testkit.Scenario{Method: "PUT", Path: "/api/v1/account/totp", As: "-", Header: session, Body: obj{"code": codeOf(t, secret, 0)}, Status: 200, Holds: []string{`"codes":[`}})
	run(testkit.Scenario{Method: "POST", Path: "/api/v1/account/totp", As: "-", Header: session, Status: 409, Code: "totp_on"})
	run(testkit.Scenario{Method: "GET", Path: "/api/v1/account", As: "-", Header: session, Status: 200, Holds: []string{`"totp":true`, `"recoveryCodes":10`}, Lacks: []string{secret}})

	waits := run(testkit.Scenario{Method: "POST", Path: "/api/v1/session", As: "-", Body: person, Status: 200, Holds: []string{`"signedIn":false`, `"pending":"`}})
	if cookie := waits.Header.Get("Set-Cookie"); cookie != "" {
		t.Errorf("a sign-in that waits has the cookie %s", cookie)
	}
	pending := waits.At("pending").(string)
	if a := s.Do(testkit.Request{Method: "GET", Path: project, As: "-", Header: map[string]string{"Cookie": "burgee=" + pending}}); a.Status != http.StatusUnauthorized {
		t.Errorf("what waits as a session: %d", a.Status)
	}
	run(testkit.Scenario{Method: "POST", Path: "/api/v1/session/code", As: "-", Body: obj{"pending": pending, "code": "000000"}, Status: 401, Code: "code_wrong"})
	in := run(testkit.Scenario{Method: "POST", Path: "/api/v1/session/code", As: "-", Body: obj{"pending": pending, "code": codes.At("codes.0")}, Status: 200, Holds: []string{`"signedIn":true`, `"Ann@`}})
	run(testkit.Scenario{Method: "GET", Path: project, As: "-", Header: cookieOf(in), Status: 200})
	run(testkit.Scenario{Method: "POST", Path: "/api/v1/session/code", As: "-", Body: obj{"pending": pending, "code": codes.At("codes.1")}, Status: 410, Code: "sign_in_over"})
	run(testkit.Scenario{Method: "POST", Path: "/api/v1/account/totp/recovery-codes", As: "-", Header: session, Body: obj{"password": "wrong"}, Status: 422, Code: "password_wrong", Field: "password"})
	codes = run(testkit.Scenario{Method: "POST", Path: "/api/v1/account/totp/recovery-codes", As: "-", Header: session, Body: obj{"code": codes.At("codes.3")}, Status: 200, Holds: []string{`"codes":[`}})
	run(testkit.Scenario{Method: "POST", Path: "/api/v1/account/totp/off", As: "-", Header: session, Body: obj{"password": "wrong"}, Status: 422, Code: "password_wrong", Field: "password"})
	run(testkit.Scenario{Method: "POST", Path: "/api/v1/account/totp/off", As: "-", Header: session, Body: obj{"code": codes.At("codes.2")}, Status: 204})
	run(testkit.Scenario{Method: "DELETE", Path: "/api/v1/members/" + in.At("member.id").(string) + "/totp", Status: 204})
	run(testkit.Scenario{Method: "POST", Path: "/api/v1/account/totp/recovery-codes", As: "-", Header: session, Body: obj{"password": "correct horse battery"}, Status: 409, Code: "totp_off"})
	run(testkit.Scenario{Method: "GET", Path: project + "/changes?kind=member&limit=3", Status: 200,
		Holds: []string{"turned the second step of the sign-in on", "made new recovery codes for the second step of the sign-in", "turned the second step of the sign-in off"}, Lacks: []string{secret}})
}

func TestWithoutASecretKeyNoSecondStepIsSetUp(t *testing.T) {
	s := testkit.Start(t, testkit.Options{SQLite: true, Environ: []string{"BURGEE_INIT_OWNER_EMAIL=ann@example.com", "BURGEE_INIT_OWNER_PASSWORD=correct horse battery"}})
	in := s.Do(testkit.Request{Method: "POST", Path: "/api/v1/session", As: "-", Body: obj{"email": "ann@example.com", "password": "correct horse battery"}})
	a := s.Do(testkit.Request{Method: "POST", Path: "/api/v1/account/totp", As: "-", Header: cookieOf(in)})
	if a.Status != http.StatusConflict || a.At("code") != "secret_key_missing" || !strings.Contains(string(a.Body), "burgee secret-key new") {
		t.Errorf("%d %s", a.Status, a.Body)
	}
}
