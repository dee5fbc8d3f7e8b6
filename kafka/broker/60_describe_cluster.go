package broker

import (
	"context"

	"github.com/leatdb/leat/kafka/acls"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// DescribeCluster: 0-2.
//
//   - One broker, which is the controller, at the address of the client's listener.
//   - Operations the client is allowed, if it asks.
//   - 1: endpoint types; that of controllers is for Kafka's own: MISMATCHED_ENDPOINT_TYPE. 2: fenced brokers may be included, there are none.
func (b *Broker) describeCluster(_ context.Context, c *call, req *kmsg.DescribeClusterRequest) (kmsg.Response, error) {
	resp := req.ResponseKind().(*kmsg.DescribeClusterResponse)
	if req.EndpointType == 2 {
		resp.ErrorCode = kerr.MismatchedEndpointType.Code
		return resp, nil
	}
	resp.ClusterID, resp.ControllerID = b.opts.ClusterID, nodeID
	resp.ClusterAuthorizedOperations = c.mayAll(req.IncludeClusterAuthorizedOperations, acls.Cluster, acls.ClusterName)
	self := kmsg.NewDescribeClusterResponseBroker()
	self.NodeID, self.Host, self.Port = nodeID, c.conn.self.host, c.conn.self.port
	resp.Brokers = []kmsg.DescribeClusterResponseBroker{self}
	return resp, nil
}
