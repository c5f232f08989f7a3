"""What holds on other systems than the one that the tests run on."""
