from gradlet.gradlet import Num
