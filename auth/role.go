package auth

import "fmt"

// Role is what a user may do in general. Each includes those before it.
type Role uint8

const (
	None  Role = iota // nothing but what access rules say
	Read              // look at everything
	Write             // and write rows; Kafka's clients also make and change topics
	Admin             // and statements that change what there is, users, access rules and settings: everything
)

var roleNames = [...]string{"none", "read", "write", "admin"}

func (r Role) String() string { return roleNames[r] }

// Includes says that r may do all that other may.
func (r Role) Includes(other Role) bool { return r >= other }

// ParseRole reads the name of a role.
func ParseRole(name string) (Role, error) {
	for i, n := range roleNames {
		if n == name {
			return Role(i), nil
		}
	}
	return None, fmt.Errorf("unknown role %q: expected none, read, write or admin", name)
}
