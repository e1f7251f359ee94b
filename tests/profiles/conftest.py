from tests.diplomas.world import world

__all__ = ["world"]
