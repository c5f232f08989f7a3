from .base import Parameter, Value
from .layers import Activation, Dense, Network, Unit
