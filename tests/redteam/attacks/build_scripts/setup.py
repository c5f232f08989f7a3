import os

os.system("touch @MARK@")
