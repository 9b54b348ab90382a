"""Does the world fit: machine, DNS, servers, whose word counts. Looks only; no mail is sent and nothing is changed."""

from gateway.daemon.doctor.examine import examine
from gateway.daemon.doctor.finding import Finding

__all__ = ["Finding", "examine"]
