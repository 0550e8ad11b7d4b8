"""The price of an hour on a machine, and the cost of seconds."""

import msgspec


class Price(msgspec.Struct, frozen=True):
    """An amount of a currency for one hour: 2.5 USD."""

    per_hour: float
    currency: str

    def __str__(self) -> str:
        """Return the price as users type it: ``2.5USD/h``."""
        return f"{self.per_hour:g}{self.currency}/h"

    def cost(self, seconds: float) -> str:
        """Return the cost of seconds: ``1.25 USD``."""
        return f"{self.per_hour * seconds / 3600:,.2f} {self.currency}"
