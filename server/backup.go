package server

import "net/http"

// backup answers GET /backup with a zip file of all there is; see leat.DB.Backup.
// A backup that cannot be finished ends with the connection, so that no client
// takes it for whole.
func (s *Server) backup(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "application/zip")
	w.Header().Set("Content-Disposition", `attachment; filename="leat-backup.zip"`)
	if err := s.db.Backup(r.Context(), w); err != nil {
		s.logger.Error("backup failed", "err", err, "client", r.RemoteAddr)
		panic(http.ErrAbortHandler)
	}
}
