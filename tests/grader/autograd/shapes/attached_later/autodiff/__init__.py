from autodiff.node import Node
import autodiff.operations
from autodiff import networks
