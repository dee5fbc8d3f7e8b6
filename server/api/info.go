package api

// ServerInfo is the body of GET /info.
type ServerInfo struct {
	Info struct {
		Version        string `json:"version"`
		KafkaClusterID string `json:"kafkaClusterId"`
		KsqlServiceID  string `json:"ksqlServiceId"`
		ServerStatus   string `json:"serverStatus"`
	} `json:"KsqlServerInfo"`
}

// Health is one part of a health check.
type Health struct {
	IsHealthy bool `json:"isHealthy"`
}

// HealthCheck is the body of GET /healthcheck.
type HealthCheck struct {
	IsHealthy   bool              `json:"isHealthy"`
	Details     map[string]Health `json:"details"`
	ServerState string            `json:"serverState"`
}
