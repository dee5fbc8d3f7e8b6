package broker

import (
	"context"
	"regexp"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// ApiVersions: 0-4.
//
//   - The response header never has tags, in no version.
//   - A version that is not known is answered in version 0 with UNSUPPORTED_VERSION and the versions of ApiVersions itself, so
//     that the client asks again.
//   - 3: the client says what it is; INVALID_REQUEST if that is no name. Features are told: transaction version 2, by which clients
//     know that they may use what EndTxn 5 and Produce 12 are for. 4: that features may begin at level 0.
const apiVersionsKey = 18

var softwareName = regexp.MustCompile(`^[a-zA-Z0-9](?:[a-zA-Z0-9\-.]*[a-zA-Z0-9])?$`)

func (b *Broker) apiVersions(_ context.Context, c *call, req *kmsg.ApiVersionsRequest) (kmsg.Response, error) {
	resp := req.ResponseKind().(*kmsg.ApiVersionsResponse)
	if c.tooNew {
		resp.Version = 0
		resp.ErrorCode = kerr.UnsupportedVersion.Code
		resp.ApiKeys = []kmsg.ApiVersionsResponseApiKey{b.apis.find(apiVersionsKey).versions()}
		return resp, nil
	}
	if req.Version >= 3 {
		if !softwareName.MatchString(req.ClientSoftwareName) || !softwareName.MatchString(req.ClientSoftwareVersion) {
			resp.ErrorCode = kerr.InvalidRequest.Code
			return resp, nil
		}
		c.conn.software, c.conn.softwareVersion = req.ClientSoftwareName, req.ClientSoftwareVersion
		tellFeatures(resp)
	}
	for _, a := range b.apis {
		if a != nil {
			resp.ApiKeys = append(resp.ApiKeys, a.versions())
		}
	}
	return resp, nil
}

func (a *api) versions() kmsg.ApiVersionsResponseApiKey {
	v := kmsg.NewApiVersionsResponseApiKey()
	v.ApiKey, v.MinVersion, v.MaxVersion = a.key, a.min, a.max
	return v
}

// features are what is switched on for good, and how far.
var features = []struct {
	name     string
	min, max int16 // levels there are
}{
	{"transaction.version", 0, 2},
}

// tellFeatures tells that all features are at their highest level. The number of that decision never changes.
func tellFeatures(resp *kmsg.ApiVersionsResponse) {
	resp.FinalizedFeaturesEpoch = 1
	for _, f := range features {
		supported, finalized := kmsg.NewApiVersionsResponseSupportedFeature(), kmsg.NewApiVersionsResponseFinalizedFeature()
		supported.Name, supported.MinVersion, supported.MaxVersion = f.name, f.min, f.max
		if resp.Version < 4 {
			supported.MinVersion = max(1, f.min) // clients refuse 0
		}
		finalized.Name, finalized.MinVersionLevel, finalized.MaxVersionLevel = f.name, f.max, f.max
		resp.SupportedFeatures = append(resp.SupportedFeatures, supported)
		resp.FinalizedFeatures = append(resp.FinalizedFeatures, finalized)
	}
}
