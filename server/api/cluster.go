package api

// ClusterStatus is the body of GET /clusterStatus: the hosts by host:port.
type ClusterStatus struct {
	Hosts map[string]HostStatus `json:"clusterStatus"`
}

// HostStatus is how a host of the cluster is.
type HostStatus struct {
	HostAlive        bool                     `json:"hostAlive"`
	LastUpdateMillis int64                    `json:"lastStatusUpdateMs"`
	PerQuery         map[string]ActiveStandby `json:"activeStandbyPerQuery"`
	Lags             HostStoreLags            `json:"hostStoreLags"`
}

// ActiveStandby says what a host keeps of a query.
type ActiveStandby struct {
	ActiveStores      []string         `json:"activeStores"`
	ActivePartitions  []TopicPartition `json:"activePartitions"`
	StandByStores     []string         `json:"standByStores"`
	StandByPartitions []TopicPartition `json:"standByPartitions"`
}

// TopicPartition names a partition.
type TopicPartition struct {
	Topic     string `json:"topic"`
	Partition int32  `json:"partition"`
}

// HostStoreLags are the lags of a host's stores, by <query>#<store>.
type HostStoreLags struct {
	Stores       map[string]StoreLag `json:"stateStoreLags"`
	UpdateMillis int64               `json:"updateTimeMs"`
}

// StoreLag is how far a store is, by partition.
type StoreLag struct {
	ByPartition map[string]PartitionLag `json:"lagByPartition"`
	Size        int                     `json:"size"`
}

// PartitionLag is how far a store is in a partition, in records.
type PartitionLag struct {
	Position int64 `json:"currentOffsetPosition"`
	End      int64 `json:"endOffsetPosition"`
	Lag      int64 `json:"offsetLag"`
}

// IsOK is the body of the answers to POST /heartbeat and POST /lag.
type IsOK struct {
	IsOK bool `json:"isOk"`
}

// Metadata is the body of GET /v1/metadata.
type Metadata struct {
	Version   string    `json:"version"`
	ClusterID ClusterID `json:"clusterId"`
}

// ClusterID is the body of GET /v1/metadata/id.
type ClusterID struct {
	ID    string `json:"id"`
	Scope Scope  `json:"scope"`
}

// Scope says where the id of a cluster holds.
type Scope struct {
	Path     []string          `json:"path"`
	Clusters map[string]string `json:"clusters"`
}

// CommandStatuses is the body of GET /status: states by command id.
type CommandStatuses struct {
	Statuses map[string]string `json:"commandStatuses"`
}
