"""Dask's scheduler and worker with one address each and no HTTP server.

Dask starts an HTTP server in both, whether a dashboard is asked for or not: it answers everybody, with the
addresses, tasks and logs of the cluster. Import this only where Dask is wanted.
"""

from __future__ import annotations

from typing import Any

from distributed import Scheduler as DaskScheduler
from distributed import Worker as DaskWorker
from distributed.comm.addressing import get_address_host, unparse_host_port
from distributed.utils import get_ip


class QuietScheduler(DaskScheduler):
    """A scheduler whose HTTP server runs only where an address of its dashboard is given."""

    def start_http_server(
        self, routes: Any, dashboard_address: Any, default_port: int = 0, ssl_options: Any = None
    ) -> None:
        """Start it, or leave it out."""
        if dashboard_address is not None:
            super().start_http_server(  # type: ignore[no-untyped-call]
                routes, dashboard_address, default_port, ssl_options
            )


class QuietWorker(DaskWorker):
    """A worker without an HTTP server, on the one address from which it reaches the scheduler."""

    def start_http_server(
        self, routes: Any, dashboard_address: Any, default_port: int = 0, ssl_options: Any = None
    ) -> None:
        """Leave it out."""

    async def start_unsafe(self) -> Any:
        """Choose the address, as Dask's nanny does, where no host or interface is given."""
        if not self._start_host and not self._interface:
            self._start_host = unparse_host_port(get_ip(get_address_host(self.scheduler.address)))
        return await super().start_unsafe()  # type: ignore[no-untyped-call]
