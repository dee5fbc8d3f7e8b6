package planner

import "testing"

// TestPropertyNotGiven: there is no place to point at, not one that is no place.
func TestPropertyNotGiven(t *testing.T) {
	if at := (with{}).at("VALUE_SCHEMA_ID"); at != nil {
		t.Errorf("at is %#v", at)
	}
}
