touch @MARK@
