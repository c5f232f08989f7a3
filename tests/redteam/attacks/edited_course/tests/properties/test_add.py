def test_data_is_the_sum():
    pass
