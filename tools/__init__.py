"""For those who maintain Strait: the pages of docs/, their measures, and checks of speed and exactness."""
