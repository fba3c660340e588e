"""placeholder while building"""

from aiohttp import web

from localserver.sandbox.graph_core import Graph


def phone_routes(graph: Graph) -> list[web.RouteDef]:
    return []
