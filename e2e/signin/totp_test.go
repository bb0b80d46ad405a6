package signin

import (
	"crypto/hmac"
	"crypto/sha1"
	"encoding/base32"
	"encoding/binary"
	"fmt"
	"testing"
	"time"
)

// codeOf is the code of a secret as RFC 6238 has it, some steps of 30 seconds from
// now.
func codeOf(t *testing.T, secret string, steps int64) string {
	t.Helper()
	key, err := base32.StdEncoding.DecodeString(secret)
	if err != nil {
		t.Fatal(err)
	}
	mac := hmac.New(sha1.New, key)
	if err := binary.Write(mac, binary.BigEndian, time.Now().Unix()/30+steps); err != nil {
		t.Fatal(err)
	}
	sum := mac.Sum(nil)
	return fmt.Sprintf("%06d", binary.BigEndian.Uint32(sum[sum[19]&15:])&0x7fffffff%1_000_000)
}

func TestASecondStepIsAskedFor(t *testing.T) {
	f := open(t)
	ann := obj{"email": owner, "password": password}
	at := browser(t)
	f.ask(200, at, "POST", "/session", ann)
	secret := fieldOf(f.ask(201, at, "POST", "/account/totp", nil), "secret")
	f.ask(422, at, "PUT", "/account/totp", obj{"code": "x"})
	recovery := f.ask(200, at, "PUT", "/account/totp", obj{"code": codeOf(t, secret, 0)})["codes"].([]any)

	later := browser(t)
	pending := f.ask(200, later, "POST", "/session", ann)["pending"]
	f.ask(401, later, "GET", "/projects", nil)
	f.ask(401, later, "POST", "/session/code", obj{"pending": pending, "code": recovery[0].(string) + "x"})
	next := obj{"pending": pending, "code": codeOf(t, secret, 1)}
	f.ask(200, later, "POST", "/session/code", next)
	f.ask(200, later, "GET", "/projects", nil)

	again := browser(t)
	next["pending"] = f.ask(200, again, "POST", "/session", ann)["pending"]
	f.ask(401, again, "POST", "/session/code", next) // each code counts once
	next["code"] = recovery[0]
	f.ask(200, again, "POST", "/session/code", next)

	fresh := f.ask(200, again, "POST", "/account/totp/recovery-codes", obj{"password": password})["codes"].([]any)
	once := browser(t)
	next = obj{"pending": f.ask(200, once, "POST", "/session", ann)["pending"], "code": recovery[1]}
	f.ask(401, once, "POST", "/session/code", next)
	next["code"] = fresh[0]
	f.ask(200, once, "POST", "/session/code", next)
	f.ask(204, once, "POST", "/account/totp/off", obj{"code": fresh[1]})
	if in := f.ask(200, browser(t), "POST", "/session", ann); in["signedIn"] != true {
		t.Errorf("the second step is off: %v", in)
	}
}
