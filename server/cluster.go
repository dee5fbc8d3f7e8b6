package server

import (
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/leatdb/leat"
	"github.com/leatdb/leat/exec"
	"github.com/leatdb/leat/server/api"
)

// What a cluster of ksqlDB tells of itself, told of one server: it is alive, and
// active for everything.

// clusterStatus answers GET /clusterStatus. The only host has the name that the
// client knows it by.
func (s *Server) clusterStatus(w http.ResponseWriter, r *http.Request) {
	now := time.Now().UnixMilli()
	host := api.HostStatus{HostAlive: true, LastUpdateMillis: now, PerQuery: map[string]api.ActiveStandby{},
		Lags: api.HostStoreLags{Stores: map[string]api.StoreLag{}, UpdateMillis: now}}
	for id, positions := range s.db.StorePositions() {
		host.PerQuery[id] = activeStores(positions)
		for _, p := range positions {
			name := id + "#" + p.Store
			lag, ok := host.Lags.Stores[name]
			if !ok {
				lag.ByPartition = map[string]api.PartitionLag{}
			}
			add := lag.ByPartition[strconv.Itoa(int(p.Partition))]
			add.Position, add.End, add.Lag = add.Position+p.Position, add.End+p.End, add.Lag+max(0, p.End-p.Position)
			lag.ByPartition[strconv.Itoa(int(p.Partition))] = add
			lag.Size = len(lag.ByPartition)
			host.Lags.Stores[name] = lag
		}
	}
	writeJSON(w, http.StatusOK, &api.ClusterStatus{Hosts: map[string]api.HostStatus{r.Host: host}})
}

func activeStores(positions []exec.StorePosition) api.ActiveStandby {
	a := api.ActiveStandby{ActiveStores: []string{}, ActivePartitions: []api.TopicPartition{}, StandByStores: []string{}, StandByPartitions: []api.TopicPartition{}}
	for _, p := range positions {
		if !slices.Contains(a.ActiveStores, p.Store) {
			a.ActiveStores = append(a.ActiveStores, p.Store)
		}
		if at := (api.TopicPartition{Topic: p.Topic, Partition: p.Partition}); !slices.Contains(a.ActivePartitions, at) {
			a.ActivePartitions = append(a.ActivePartitions, at)
		}
	}
	return a
}

// heartbeat and lag answer what the hosts of a cluster tell each other. There are
// no others, so there is nothing to remember.
func (s *Server) heartbeat(w http.ResponseWriter, r *http.Request) {
	var body struct {
		HostInfo  string `json:"hostInfo"`
		Timestamp int64  `json:"timestamp"`
	}
	if s.readJSON(w, r, &body) {
		writeJSON(w, http.StatusOK, api.IsOK{IsOK: true})
	}
}

func (s *Server) lag(w http.ResponseWriter, r *http.Request) {
	var body struct {
		Host string          `json:"ksqlHost"`
		Lags json.RawMessage `json:"hostStoreLags"`
	}
	if s.readJSON(w, r, &body) {
		writeJSON(w, http.StatusOK, api.IsOK{IsOK: true})
	}
}

func (s *Server) clusterID() api.ClusterID {
	return api.ClusterID{Scope: api.Scope{Path: []string{},
		Clusters: map[string]string{"kafka-cluster": s.db.ClusterID(), "ksql-cluster": s.db.ServiceID()}}}
}

func (s *Server) metadata(w http.ResponseWriter, _ *http.Request) {
	writeJSON(w, http.StatusOK, &api.Metadata{Version: leat.Version, ClusterID: s.clusterID()})
}

func (s *Server) metadataID(w http.ResponseWriter, _ *http.Request) {
	writeJSON(w, http.StatusOK, s.clusterID())
}

// statuses answers GET /status.
func (s *Server) statuses(w http.ResponseWriter, _ *http.Request) {
	all := api.CommandStatuses{Statuses: map[string]string{}}
	for _, c := range s.db.Commands() {
		all.Statuses[c.CommandID] = string(c.State)
	}
	writeJSON(w, http.StatusOK, &all)
}

// status answers GET /status/{type}/{entity}/{action}.
func (s *Server) status(w http.ResponseWriter, r *http.Request) {
	id := strings.Join([]string{r.PathValue("type"), r.PathValue("entity"), r.PathValue("action")}, "/")
	c, ok := s.db.Command(id)
	if !ok {
		writeError(w, http.StatusNotFound, api.Generic(api.CodeNotFound, "there was no command "+id))
		return
	}
	body := api.CommandStatus{Status: string(c.State), Message: c.Message}
	if c.QueryID != "" {
		body.QueryID = &c.QueryID
	}
	writeJSON(w, http.StatusOK, &body)
}

// terminate answers POST /ksql/terminate: it ends everything.
func (s *Server) terminate(w http.ResponseWriter, r *http.Request) {
	var req api.TerminateRequest
	if !s.readJSON(w, r, &req) {
		return
	}
	if s.readOnly {
		writeError(w, http.StatusBadRequest, api.Generic(api.CodeBadRequest, "this server does what its queries file says, and can be asked only"))
		return
	}
	if err := s.db.Terminate(r.Context(), req.DeleteTopics); err != nil {
		writeRefusal(w, err, nil)
		return
	}
	s.logger.Warn("terminated by a client; the server has no work any more", "client", r.RemoteAddr)
	writeJSON(w, http.StatusOK, []any{&api.CurrentStatus{
		Entity:    api.Entity{Type: "currentStatus", StatementText: "TERMINATE CLUSTER;", Warnings: []api.Warning{}},
		CommandID: "cluster/TerminateCluster/terminate", Sequence: -1,
		Status: api.CommandStatus{Status: string(leat.CommandSuccess), Message: "everything was terminated"},
	}})
}
